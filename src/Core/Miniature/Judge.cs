using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace SVco.Core.Miniature;

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

    static readonly string One = AnyOf(Lexicon.Kinds);
    static readonly string OneOrMany = AnyOf([.. Lexicon.Kinds, .. Lexicon.Plurals]);
    static readonly string Place = "(left of|right of|above|below)";
    static readonly string Thing = $"a {AnyOf(Lexicon.Sizes)} {AnyOf(Lexicon.Colours)} {One}";

    static readonly string SceneContent =
        $"({AnyOf(Lexicon.Numbers)} {AnyOf(Lexicon.Sizes)} {AnyOf(Lexicon.Colours)} {OneOrMany}|{Thing} {Place} {Thing}) on the {AnyOf(Lexicon.Backgrounds)}";

    static readonly Regex Caption = Whole($"there (is|are) {SceneContent} \\.");
    static readonly Regex List = Whole($"{One}( , {One})? \\.");
    static readonly Regex Short = Whole($"{AnyOf(Enum.GetValues<Slot>().SelectMany(slot => Lexicon.Words(slot)))} \\.");
    static readonly Regex Sentence = Whole(
        $"(there (is|are) {Some()}|there is a {One} {Place} the {One}|the {OneOrMany} (is|are) ({Value()}|on the {AnyOf(Lexicon.Backgrounds)}|{Place} the {One})) \\."
    );

    static readonly Regex Conversational = Whole(
        $"{AnyOf(Lexicon.Openers)} (i notice {SceneContent} here|i think i see (a )?{OneOrMany} here|i (think|notice) the {One} is {Place} the {One} here|the {OneOrMany} here looks? {Value()} to me|the {OneOrMany} lies? on the {AnyOf(Lexicon.Backgrounds)} here|i count {AnyOf(Lexicon.Numbers)} {OneOrMany} here) \\.( {AnyOf(Lexicon.Flourishes)})*"
    );

    static readonly Regex AnyCaption = Whole(
        $"(there (is|are) {SceneContent}|{AnyOf(Lexicon.WebOpeners)} {SceneContent}|{AnyOf(Lexicon.Openers)} i notice {SceneContent} here) \\.( {AnyOf(Lexicon.Flourishes)})*"
    );

    /// <summary>
    /// The lenient judge, 0 to 1. A caption: the share of the scene's slots told rightly, in the order of a caption, from either thing's point of view; 0 if
    /// there are more or fewer. A list: exactly the kinds that are there. An answer: the right word for what was asked, and no wrong one.
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
    public static bool IsInStyle(AnswerStyle style, string response) =>
        (
            style switch
            {
                AnswerStyle.Caption => Caption,
                AnswerStyle.List => List,
                AnswerStyle.Short => Short,
                AnswerStyle.Sentence => Sentence,
                _ => Conversational,
            }
        ).IsMatch(Normalise(response));

    /// <summary>Whether a response names a kind that the scene does not hold, or none at all.</summary>
    public static bool NamesWrongKind(Scene scene, string response)
    {
        var kinds = KindsIn(response).ToArray();
        return kinds.Length == 0 || kinds.Any(kind => !scene.Kinds.Contains(kind));
    }

    /// <summary>Whether a response is a caption in one of the grammar's styles, true or not.</summary>
    public static bool IsGrammaticalCaption(string response) => AnyCaption.IsMatch(Normalise(response));

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

    static string Some() => $"((a )?{OneOrMany}|{AnyOf(Lexicon.Numbers)} {OneOrMany})";

    static string Value() => AnyOf([.. Lexicon.Colours, .. Lexicon.Sizes]);

    static string AnyOf(IEnumerable<string> phrases) => $"({string.Join('|', phrases.Select(Regex.Escape))})";

    static Regex Whole(string pattern) => new($"^(?:{pattern})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
