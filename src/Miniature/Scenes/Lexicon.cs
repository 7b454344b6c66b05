using System.Collections.Immutable;

namespace SVco.Miniature.Scenes;

/// <summary>The words for what a scene holds, each list in the order of its values, and the fixed phrases around them.</summary>
public static class Lexicon
{
    /// <summary>One thing.</summary>
    public static ImmutableArray<string> Kinds { get; } = ["cherry", "banana", "leaf", "fish", "cup", "house", "star", "heart"];

    /// <summary>Several things.</summary>
    public static ImmutableArray<string> Plurals { get; } =
    ["cherries", "bananas", "leaves", "fishes", "cups", "houses", "stars", "hearts"];

    /// <summary>Colours.</summary>
    public static ImmutableArray<string> Colours { get; } = ["red", "yellow", "green", "blue", "purple", "white"];

    /// <summary>Sizes.</summary>
    public static ImmutableArray<string> Sizes { get; } = ["small", "large"];

    /// <summary>Backgrounds.</summary>
    public static ImmutableArray<string> Backgrounds { get; } = ["grass", "water", "sand", "stone"];

    /// <summary>Numbers, from one.</summary>
    public static ImmutableArray<string> Numbers { get; } = ["one", "two", "three", "four"];

    /// <summary>Sides.</summary>
    public static ImmutableArray<string> Relations { get; } = ["left", "right", "above", "below"];

    /// <summary>The user's general requests for a caption.</summary>
    public static ImmutableArray<string> CaptionPrompts { get; } =
    ["describe the image .", "what does the image show ?", "tell me about the image ."];

    /// <summary>Requests for a caption in the tone of a conversation.</summary>
    public static ImmutableArray<string> ConversationalCaptionPrompts { get; } =
    ["what do you notice in this picture ?", "could you tell me about this picture ?"];

    /// <summary>The request for a list.</summary>
    public const string ListPrompt = "list the objects .";

    /// <summary>How alt texts of the web begin.</summary>
    public static ImmutableArray<string> WebOpeners { get; } = ["photo of", "stock image :", "free picture ,", "nice shot of", "my new"];

    /// <summary>How conversational answers begin.</summary>
    public static ImmutableArray<string> Openers { get; } = ["sure ,", "of course ,", "well ,"];

    /// <summary>Details that no picture of this world can show: what a language model adds when it is asked to write more.</summary>
    public static ImmutableArray<string> Flourishes { get; } =
    [
        "the air smells fresh .",
        "birds sing nearby .",
        "a soft wind blows .",
        "somebody laughs far away .",
        "music plays quietly .",
        "it rained last night .",
        "summer comes soon .",
        "everything feels calm .",
    ];

    /// <summary>The answer that refuses all options.</summary>
    public const string NoneOfThese = "none of these";

    /// <summary>The word for a value of a slot.</summary>
    public static string Word(Slot slot, int value) => Words(slot)[value];

    /// <summary>The words for a slot's values.</summary>
    public static ImmutableArray<string> Words(Slot slot) =>
        slot switch
        {
            Slot.Object => Kinds,
            Slot.Colour => Colours,
            Slot.Size => Sizes,
            Slot.Background => Backgrounds,
            Slot.Count => Numbers,
            _ => Relations,
        };

    /// <summary>One thing or several: "cherry", "cherries".</summary>
    public static string Noun(Kind kind, int count) => (count == 1 ? Kinds : Plurals)[(int)kind];
}
