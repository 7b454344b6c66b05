using System.Collections.Frozen;
using System.Text.RegularExpressions;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Benchmarks;

/// <summary>Judges of written responses. Case and spacing do not matter.</summary>
public static class Judge
{
    static readonly FrozenDictionary<string, Kind> Named = Enum.GetValues<Kind>()
        .SelectMany(kind => new[] { (Word: Lexicon.Noun(kind, 1), kind), (Word: Lexicon.Noun(kind, 2), kind) })
        .ToFrozenDictionary(entry => entry.Word, entry => entry.kind);

    static readonly FrozenSet<string> ContentWords =
    [
        .. Enum.GetValues<Slot>().SelectMany(slot => Lexicon.Words(slot)),
        .. Lexicon.Plurals,
    ];

    /// <summary>
    /// The lenient judge, 0 to 1. A caption: the share of the scene's slots told rightly, in the order of a caption, from either thing's point
    /// of view; 0 if there are more or fewer. A list: exactly the kinds that are there. An answer: the right word for what was asked, and no
    /// wrong one.
    /// </summary>
    public static double Content(WritingItem item, string response) =>
        (item.Style, item.Slot) switch
        {
            (AnswerStyle.Caption, _) => CaptionContent(item.Scene, Words(response)),
            (AnswerStyle.List, _) => KindsIn(response).ToHashSet().SetEquals(item.Scene.Kinds) ? 1 : 0,
            (_, { } slot) => AnswerIsRight(item.Scene, slot, response) ? 1 : 0,
            _ => throw new ArgumentException($"{item} asks about no slot.", nameof(item)),
        };

    /// <summary>The strict judge: <see cref="Content"/> in the style asked for, else 0.</summary>
    public static double Strict(WritingItem item, string response) => IsInStyle(item.Style, response) ? Content(item, response) : 0;

    /// <summary>Whether a response is in a style, true or not.</summary>
    public static bool IsInStyle(AnswerStyle style, string response) => Styles.Of(style).IsMatch(Normalise(response));

    /// <summary>Whether a response names a kind that the scene does not hold, or none at all.</summary>
    public static bool NamesWrongKind(Scene scene, string response)
    {
        var kinds = KindsIn(response).ToArray();
        return kinds.Length == 0 || kinds.Any(kind => !scene.Kinds.Contains(kind));
    }

    /// <summary>Whether a response is a caption in one of the grammar's styles, true or not.</summary>
    public static bool IsGrammaticalCaption(string response) => Styles.AnyCaption.IsMatch(Normalise(response));

    static double CaptionContent(Scene scene, string[] words)
    {
        var told = words.Where(ContentWords.Contains).ToArray();
        return (scene is Scene.Couple couple ? [scene, couple.Retold] : new[] { scene }).Max(view =>
        {
            var expected = Words(Grammar.Content(view)).Where(ContentWords.Contains).ToArray();
            return expected.Length == told.Length ? expected.Zip(told, (e, t) => e == t ? 1.0 : 0.0).Average() : 0;
        });
    }

    static bool AnswerIsRight(Scene scene, Slot slot, string response)
    {
        if (slot == Slot.Object)
        {
            var kinds = KindsIn(response).ToArray();
            return kinds.Contains(scene.First.Kind) && kinds.All(kind => scene.Kinds.Contains(kind));
        }

        var told = Words(response).Where(word => Lexicon.Words(slot).Contains(word)).Distinct().ToArray();
        return told.Length == 1 && told[0] == Lexicon.Word(slot, scene[slot]);
    }

    static IEnumerable<Kind> KindsIn(string response) => Words(response).Where(Named.ContainsKey).Select(word => Named[word]);

    static string[] Words(string response) => [.. Regex.Matches(response.ToLowerInvariant(), @"\w+|[^\w\s]").Select(match => match.Value)];

    static string Normalise(string response) => string.Join(' ', Words(response));
}
