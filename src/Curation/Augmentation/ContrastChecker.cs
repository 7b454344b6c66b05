using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Curation.Candidates;

namespace SVco.Curation.Augmentation;

/// <summary>The three texts that augmentation writes for a pair.</summary>
public sealed record PairTexts(string Question, string WResponse, string LResponse);

/// <summary>
/// The laws of augmented texts: the question gives no answer away, the responses differ, and what distinguishes the captions survives
/// in the responses. What counts as surviving depends on the type of contrast.
/// </summary>
public static class ContrastChecker
{
    /// <summary>A text longer than this was not written as asked.</summary>
    public const int LongestText = 2000;

    static readonly ImmutableHashSet<string> FunctionWords =
    [
        .. "a an the is are was were be been being there this that these those it its his her their of to in on at by for with and or as from some".Split(
            ' '
        ),
    ];

    /// <summary>The breaches of the law in a first question; none means it may be used.</summary>
    public static ImmutableArray<string> OfQuestion(Candidate candidate, string question) =>
        [.. Length("question", question), .. GivenAway(candidate, question)];

    /// <summary>The breaches of the law in all texts, each a sentence that a writer can act upon.</summary>
    public static ImmutableArray<string> OfTexts(Candidate candidate, PairTexts texts) =>
        [
            .. OfQuestion(candidate, texts.Question),
            .. Length("positive response", texts.WResponse),
            .. Length("negative response", texts.LResponse),
            .. Words.Of(texts.WResponse).SequenceEqual(Words.Of(texts.LResponse)) ? ["The two responses say the same."] : (string[])[],
            .. Lost(candidate, candidate.WCaption, candidate.LCaption, texts.WResponse, "positive response"),
            .. Lost(candidate, candidate.LCaption, candidate.WCaption, texts.LResponse, "negative response"),
        ];

    /// <summary>The stems of the words that distinguish a caption from the other one, function words left out.</summary>
    public static ImmutableArray<string> ContrastStems(string caption, string other)
    {
        var (words, others) = (Words.Of(caption), Words.Of(other));
        var (differs, _) = Words.Differing([.. words.Select(Words.Stem)], [.. others.Select(Words.Stem)]);
        return [.. words.Where((word, index) => differs[index] && !FunctionWords.Contains(word)).Select(Words.Stem).Distinct()];
    }

    static IEnumerable<string> Length(string name, string text) =>
        string.IsNullOrWhiteSpace(text) ? [$"The {name} is empty."]
        : text.Length > LongestText ? [$"The {name} has {text.Length} characters, more than {LongestText}."]
        : [];

    /// <summary>Words that only one caption has; those in both, as when two things change places, answer nothing.</summary>
    static IEnumerable<string> GivenAway(Candidate candidate, string question)
    {
        var own = ContrastStems(candidate.WCaption, candidate.LCaption);
        var other = ContrastStems(candidate.LCaption, candidate.WCaption);
        var answers = own.Concat(other).Except(Stems(candidate.WCaption).Intersect(Stems(candidate.LCaption))).ToHashSet();
        return Words
            .Of(question)
            .Where(word => answers.Contains(Words.Stem(word)) || answers.Any(answer => SameNumber(answer, word)))
            .Distinct()
            .Select(word => $"The question mentions \"{word}\", which answers it.");
    }

    static IEnumerable<string> Lost(Candidate candidate, string caption, string other, string response, string name) =>
        candidate.Type switch
        {
            ContrastType.Count when Counts(caption) is { Length: > 0 } counts => LostCounts(counts, response, name),
            ContrastType.Position when PositionStatement.Read(caption) is { } statement => LostPosition(statement, response, name),
            _ => LostWords(caption, other, response, name),
        };

    /// <summary>Every number of the caption with the word it counts.</summary>
    static ImmutableArray<(int Number, string Counted)> Counts(string caption)
    {
        var words = Words.Of(caption);
        return
        [
            .. Enumerable
                .Range(0, Math.Max(words.Length - 1, 0))
                // "twenty one dogs" are not 20 of "one".
                .Where(index => Words.Number(words[index]) is not null && Words.Number(words[index + 1]) is null)
                .Select(index => (Words.Number(words[index])!.Value, Words.Stem(words[index + 1]))),
        ];
    }

    static IEnumerable<string> LostCounts(ImmutableArray<(int Number, string Counted)> counts, string response, string name)
    {
        const int reach = 3;
        var words = Words.Of(response);
        return counts
            .Where(count =>
                !Enumerable
                    .Range(0, words.Length)
                    .Any(at =>
                        Words.Number(words[at]) == count.Number
                        && words
                            .Skip(at + 1)
                            .Take(reach)
                            .TakeWhile(word => Words.Number(word) is null)
                            .Any(word => Words.Stem(word) == count.Counted)
                    )
            )
            .Select(count => $"The {name} does not say that there are {count.Number} of \"{count.Counted}\".");
    }

    /// <summary>Every direction that a response names on the caption's axis must claim the caption's relation, or its converse of the other thing.</summary>
    static IEnumerable<string> LostPosition(PositionStatement statement, string response, string name)
    {
        var words = Words.Of(response);
        var stems = words.Select(Words.Stem).ToImmutableArray();
        var (subject, other) = (Head(statement.Subject), Head(statement.Other));
        return !stems.Contains(subject) ? [$"The {name} does not mention \"{statement.Subject}\"."]
            : !stems.Contains(other) ? [$"The {name} does not mention \"{statement.Other}\"."]
            : Claims() is { Count: > 0 } claims && claims.All(claim => claim == statement.Direction) ? []
            : [$"The {name} does not say that {statement.Subject} is {statement.Phrase} {statement.Other}."];

        List<Direction> Claims() =>
            [
                .. Enumerable
                    .Range(0, words.Length)
                    .Where(at =>
                        Directions.Of(words[at]) is { } named && (named == statement.Direction || named == statement.Direction.Opposite())
                    )
                    .Select(at => SubjectAt(at) == subject ? Directions.Of(words[at])!.Value : Directions.Of(words[at])!.Value.Opposite()),
            ];

        // "left of the dog" is about the other thing; "on the left" about the thing named last, or next when none was named yet.
        string SubjectAt(int at) =>
            stems.Skip(at + 1).TakeWhile(word => !Breaks.Contains(word)).FirstOrDefault(IsThing) is { } relative
                ? relative == subject
                    ? other
                    : subject
                : stems.Take(at).LastOrDefault(IsThing) ?? stems.Skip(at).First(IsThing);

        bool IsThing(string word) => word == subject || word == other;

        static string Head(string thing) => Words.Stem(Words.Of(thing).LastOrDefault(""));
    }

    static readonly ImmutableHashSet<string> Breaks = ["is", "are", "ther", "and", "whil", "but", "wher", "with", "you", "i", "se"];

    /// <summary>All contrast words, and in the caption's order where the other caption has the same words in another order.</summary>
    static IEnumerable<string> LostWords(string caption, string other, string response, string name)
    {
        var stems = Stems(response);
        var contrast = ContrastStems(caption, other);
        var missing = contrast.Where(word => !stems.Any(stem => stem == word || SameNumber(word, stem))).ToList();
        if (missing.Count > 0)
        {
            return missing.Select(word => $"The {name} lacks \"{word}\", which distinguishes its caption.");
        }

        var content = Content(caption);
        var sameWords = content.Order().SequenceEqual(Content(other).Order()) && !content.SequenceEqual(Content(other));
        return !sameWords || IsSubsequence(content, stems) ? [] : [$"The {name} must keep the order of who does what: \"{caption}\"."];
    }

    static ImmutableArray<string> Content(string caption) =>
        [.. Words.Of(caption).Where(word => !FunctionWords.Contains(word)).Select(Words.Stem)];

    static bool IsSubsequence(ImmutableArray<string> part, ImmutableArray<string> of) =>
        of.Aggregate(0, (found, word) => found < part.Length && part[found] == word ? found + 1 : found) == part.Length;

    static ImmutableArray<string> Stems(string text) => [.. Words.Of(text).Select(Words.Stem)];

    static bool SameNumber(string a, string b) => Words.Number(a) is { } number && Words.Number(b) == number && a is not ("a" or "an");
}
