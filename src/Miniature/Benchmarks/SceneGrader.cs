using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SVco.Core.Benchmarks;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Benchmarks;

/// <summary>Marks a written response by the scene that it is about. Case and spacing do not matter. All marks are from 0 to 1.</summary>
/// <param name="Scene">What the image shows.</param>
/// <param name="Style">The style that the request asks for.</param>
/// <param name="Slot">What is asked about; null for captions and lists.</param>
public sealed record SceneGrader(Scene Scene, AnswerStyle Style, Slot? Slot = null) : Grader.Rule
{
    /// <summary>The mark of <see cref="Content"/>.</summary>
    public const string ContentMark = "content";

    /// <summary>The mark of content that counts only in the style asked for.</summary>
    public const string StrictMark = "strict";

    /// <summary>The mark of being in the style asked for, true or not.</summary>
    public const string StyleMark = "style";

    /// <summary>The mark of <see cref="NamesWrongKind"/>.</summary>
    public const string WrongKindMark = "wrong kind";

    /// <summary>The mark of <see cref="IsGrammaticalCaption"/>.</summary>
    public const string GrammaticalMark = "grammatical";

    static readonly FrozenDictionary<string, Kind> Named = Enum.GetValues<Kind>()
        .SelectMany(kind => new[] { (Word: Lexicon.Noun(kind, 1), kind), (Word: Lexicon.Noun(kind, 2), kind) })
        .ToFrozenDictionary(entry => entry.Word, entry => entry.kind);

    static readonly FrozenSet<string> ContentWords =
    [
        .. Enum.GetValues<Slot>().SelectMany(slot => Lexicon.Words(slot)),
        .. Lexicon.Plurals,
    ];

    /// <inheritdoc/>
    public override string Truth =>
        (Style, Slot) switch
        {
            (AnswerStyle.Caption, _) => Grammar.Caption(Scene),
            (AnswerStyle.List, _) => Grammar.List(Scene),
            (_, { } slot) => Grammar.Answer(Scene, slot, Style),
            _ => throw AsksNothing(),
        };

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> Grade(string answer)
    {
        var (content, inStyle) = (Content(answer), IsInStyle(Style, answer));
        return Marks.Of(
            (ContentMark, content),
            (StrictMark, inStyle ? content : 0),
            (StyleMark, inStyle ? 1 : 0),
            (WrongKindMark, NamesWrongKind(Scene, answer) ? 1 : 0),
            (GrammaticalMark, IsGrammaticalCaption(answer) ? 1 : 0)
        );
    }

    /// <summary>
    /// Whether what is said is what is there, whatever the style. A caption: the share of the scene's slots told rightly, in the order of a
    /// caption, from either thing's point of view; 0 if there are more or fewer. A list: exactly the kinds that are there. An answer: the
    /// right word for what was asked, and no wrong one.
    /// </summary>
    public double Content(string response) =>
        (Style, Slot) switch
        {
            (AnswerStyle.Caption, _) => CaptionContent(Scene, Words(response)),
            (AnswerStyle.List, _) => KindsIn(response).ToHashSet().SetEquals(Scene.Kinds) ? 1 : 0,
            (_, { } slot) => AnswerIsRight(Scene, slot, response) ? 1 : 0,
            _ => throw AsksNothing(),
        };

    /// <summary>Whether a response is in a style, true or not.</summary>
    public static bool IsInStyle(AnswerStyle style, string response) => Styles.Of(style).IsMatch(Normalise(response));

    /// <summary>Whether a response names a kind that the scene does not hold, or none at all: the hallucination rate of captions.</summary>
    public static bool NamesWrongKind(Scene scene, string response)
    {
        var kinds = KindsIn(response).ToArray();
        return kinds.Length == 0 || kinds.Any(kind => !scene.Kinds.Contains(kind));
    }

    /// <summary>Whether a response is a caption in one of the grammar's styles, true or not.</summary>
    public static bool IsGrammaticalCaption(string response) => Styles.AnyCaption.IsMatch(Normalise(response));

    InvalidOperationException AsksNothing() => new($"{this} asks about no slot.");

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
        if (slot == Scenes.Slot.Object)
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
