using System.Text.RegularExpressions;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Tests;

/// <summary>Reads the grammar's texts back, by rules of its own, and compares them with where things are in the picture.</summary>
static class SceneReading
{
    const string Side = "(?<side>left of|right of|above|below)";

    static readonly Regex Couple = new(
        $@"a (?<size>\w+) (?<colour>\w+) (?<kind>\w+) {Side} a (?<size2>\w+) (?<colour2>\w+) (?<kind2>\w+) on the (?<back>\w+)"
    );
    static readonly Regex Group = new(
        @"(?<number>one|two|three|four) (?<size>small|large) (?<colour>\w+) (?<kind>\w+) on the (?<back>\w+)"
    );
    static readonly Regex Sides = new($@"(?:the|there is a) (?<kind>\w+) (?:is )?{Side} the (?<kind2>\w+)");
    static readonly Regex Number = new(@"(?:there is|there are|i count) (?<number>one|two|three|four) (?<kind>\w+)(?: here)? \.");
    static readonly Regex Look = new(@"the (?<kind>\w+) (?:is|are|here looks?) (?<look>\w+)(?: to me)? \.");
    static readonly Regex Lie = new(@"the (?<kind>\w+) (?:is|are|lies?) on the (?<back>\w+)");
    static readonly Regex Exists = new(@"(?:there is|there are|i see)(?: a)? (?<kind>\w+)(?: here)? \.");

    /// <summary>Whether a caption, sentence or conversational answer is true; no text may go unread.</summary>
    public static bool IsTrueOf(string text, Scene scene) =>
        Try(Couple, text) is { } couple
            ? Things(scene, couple["kind"])
                .Any(a =>
                    Things(scene, couple["kind2"]).Any(b => Is(a, b, couple["side"]) && Looks(b, couple["colour2"], couple["size2"]))
                    && Looks(a, couple["colour"], couple["size"])
                ) && LiesOn(scene, couple["back"])
        : Try(Group, text) is { } group
            ? NumberIs(scene, group)
                && Things(scene, group["kind"]).All(thing => Looks(thing, group["colour"], group["size"]))
                && LiesOn(scene, group["back"])
        : Try(Sides, text) is { } sides
            ? Things(scene, sides["kind"]).Any(a => Things(scene, sides["kind2"]).Any(b => Is(a, b, sides["side"])))
        : Try(Number, text) is { } number ? NumberIs(scene, number)
        : Try(Lie, text) is { } lie ? Things(scene, lie["kind"]).Length > 0 && LiesOn(scene, lie["back"])
        : Try(Look, text) is { } look
            ? Things(scene, look["kind"]) is { Length: > 0 } things
                && things.All(thing => Same(thing.Thing.Colour, look["look"]) || Same(thing.Thing.Size, look["look"]))
        : Try(Exists, text) is { } exists ? Things(scene, exists["kind"]).Length > 0
        : throw new InvalidOperationException($"Not a text of the grammar: {text}");

    /// <summary>Whether a word (and full stop) answers a short question about the scene rightly.</summary>
    public static bool Answers(string question, string answer, Scene scene)
    {
        var word = answer.Replace(" .", "");
        var noun = Regex.Match(question, @"(?:the|many) (?<kind>\w+)").Groups["kind"].Value;
        return question switch
        {
            _ when question.StartsWith("what is there") => Things(scene, word).Length > 0,
            _ when Regex.Match(question, @"^what is (?<side>left of|right of|above|below) the (?<kind>\w+)") is { Success: true } match =>
                Things(scene, word).Any(a => Things(scene, match.Groups["kind"].Value).Any(b => Is(a, b, match.Groups["side"].Value))),
            _ when question.StartsWith("what colour") => Things(scene, noun).All(thing => Same(thing.Thing.Colour, word)),
            _ when question.StartsWith("how big") => Things(scene, noun).All(thing => Same(thing.Thing.Size, word)),
            _ when question.StartsWith("how many") => Things(scene, noun).Length == NumberOf(word),
            _ when Regex.Match(question, @"^where is the (?<a>\w+) , seen from the (?<b>\w+)") is { Success: true } match => Things(
                    scene,
                    match.Groups["a"].Value
                )
                .Any(a => Things(scene, match.Groups["b"].Value).Any(b => Is(a, b, word))),
            _ when question.StartsWith("where") => LiesOn(scene, word),
            _ => throw new InvalidOperationException($"Not a question of the grammar: {question}"),
        };
    }

    static GroupCollection? Try(Regex pattern, string text) => pattern.Match(text) is { Success: true } match ? match.Groups : null;

    static bool Same<T>(T value, Capture word) => Same(value, word.Value);

    static bool Same<T>(T value, string word) => string.Equals($"{value}", word, StringComparison.OrdinalIgnoreCase);

    static bool LiesOn(Scene scene, Capture back) => Same(scene.Background, back);

    static bool LiesOn(Scene scene, string back) => Same(scene.Background, back);

    static bool Looks(Placed thing, Capture colour, Capture size) => Same(thing.Thing.Colour, colour) && Same(thing.Thing.Size, size);

    static bool NumberIs(Scene scene, GroupCollection groups) => Things(scene, groups["kind"]).Length == NumberOf(groups["number"].Value);

    static int NumberOf(string word) => Array.IndexOf(["no", "one", "two", "three", "four"], word);

    static Placed[] Things(Scene scene, Capture noun) => Things(scene, noun.Value);

    static Placed[] Things(Scene scene, string noun) => [.. Layout.Of(scene).Where(placed => Same(placed.Thing.Kind, Singular(noun)))];

    static string Singular(string noun) =>
        noun switch
        {
            "cherries" => "cherry",
            "leaves" => "leaf",
            "fishes" => "fish",
            _ => noun.TrimEnd('s'),
        };

    static bool Is(Placed a, Placed b, Capture side) => Is(a, b, side.Value);

    static bool Is(Placed a, Placed b, string side) =>
        side.Split(' ')[0] switch
        {
            "left" => a.Cell / 4 == b.Cell / 4 && a.Cell < b.Cell,
            "right" => a.Cell / 4 == b.Cell / 4 && a.Cell > b.Cell,
            "above" => a.Cell % 4 == b.Cell % 4 && a.Cell < b.Cell,
            "below" => a.Cell % 4 == b.Cell % 4 && a.Cell > b.Cell,
            _ => throw new InvalidOperationException(side),
        };
}
