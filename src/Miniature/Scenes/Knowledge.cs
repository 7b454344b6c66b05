using System.Collections.Immutable;

namespace SVco.Miniature.Scenes;

/// <summary>A question about the world that needs no picture.</summary>
/// <param name="Question">The user's text.</param>
/// <param name="Answers">Possible answers.</param>
/// <param name="Correct">The index of the right one.</param>
public sealed record KnowledgeQuestion(string Question, ImmutableArray<string> Answers, int Correct);

/// <summary>What can be known without looking: five facts of every kind.</summary>
public static class Knowledge
{
    static readonly string[] Categories = ["animal", "building", "fruit", "light", "plant", "sign", "tool"];
    static readonly string[] CategoryOf = ["fruit", "fruit", "plant", "animal", "tool", "building", "light", "sign"];
    static readonly string[] Uses = ["eat", "peel", "dry", "feed", "fill", "enter", "follow", "draw"];

    /// <summary>All questions.</summary>
    public static ImmutableArray<KnowledgeQuestion> Questions { get; } = [.. Enum.GetValues<Kind>().SelectMany(About)];

    static IEnumerable<KnowledgeQuestion> About(Kind kind)
    {
        var (one, many) = (Lexicon.Noun(kind, 1), Lexicon.Noun(kind, 2));
        yield return new(
            $"what colour are {many} usually ?",
            [.. Lexicon.Colours.Select(colour => $"{many} are usually {colour} .")],
            (int)Facts.Colour(kind)
        );
        yield return new(
            $"where are {many} usually ?",
            [.. Lexicon.Backgrounds.Select(background => $"{many} are usually on the {background} .")],
            (int)Facts.Background(kind)
        );
        yield return new(
            $"how big are {many} usually ?",
            [.. Lexicon.Sizes.Select(size => $"{many} are usually {size} .")],
            (int)Facts.Size(kind)
        );
        yield return new(
            $"what is a {one} ?",
            [.. Categories.Select(category => $"a {one} is a kind of {category} .")],
            Array.IndexOf(Categories, CategoryOf[(int)kind])
        );
        yield return new($"what do you do with a {one} ?", [.. Uses.Select(use => $"you {use} a {one} .")], (int)kind);
    }
}
