using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SVco.Core.Data;

namespace SVco.Curation.Augmentation;

/// <summary>A piece of a text in a word diff.</summary>
/// <param name="Text">As written, with the blanks before it.</param>
/// <param name="Differs">Whether the other text lacks it.</param>
public readonly record struct DiffPiece(string Text, bool Differs);

/// <summary>Texts as words.</summary>
public static class Words
{
    const int LongestDiff = 2000;

    /// <summary>Runs of letters, digits, apostrophes and hyphens, in lower case without apostrophes around.</summary>
    public static ImmutableArray<string> Of(string text) =>
        [.. Tokens(text).Where(token => token.IsWord).Select(token => Normal(token.Text))];

    /// <summary>Both texts with what only one of them has marked; blanks and punctuation go with the word before.</summary>
    public static (ImmutableArray<DiffPiece> A, ImmutableArray<DiffPiece> B) Diff(string a, string b)
    {
        var (piecesA, piecesB) = (Pieces(a), Pieces(b));
        var (differsA, differsB) = Differing([.. piecesA.Select(piece => piece.Word)], [.. piecesB.Select(piece => piece.Word)]);
        return (
            [.. piecesA.Select((piece, index) => new DiffPiece(piece.Text, differsA[index]))],
            [.. piecesB.Select((piece, index) => new DiffPiece(piece.Text, differsB[index]))]
        );
    }

    /// <summary>The words outside a longest common subsequence.</summary>
    public static (ImmutableArray<bool> A, ImmutableArray<bool> B) Differing(ImmutableArray<string> a, ImmutableArray<string> b)
    {
        // The table of the exact diff grows with the product; beyond, the common begin and end are taken for the common part.
        if ((long)a.Length * b.Length > (long)LongestDiff * LongestDiff)
        {
            var begin = a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
            var end = a.Skip(begin).Reverse().Zip(b.Skip(begin).Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
            return (
                [.. a.Select((_, index) => index >= begin && index < a.Length - end)],
                [.. b.Select((_, index) => index >= begin && index < b.Length - end)]
            );
        }

        var ids = new Dictionary<string, int>();
        int[] Numbers(ImmutableArray<string> words) =>
            [.. words.Select(word => ids.TryGetValue(word, out var id) ? id : ids[word] = ids.Count)];
        return ContrastTokens.Of(Numbers(a), Numbers(b));
    }

    /// <summary>The number that a word names (digits, or zero to twenty in English), else null.</summary>
    public static int? Number(string word) =>
        int.TryParse(word, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var digits)
            ? digits
            : word switch
            {
                "no" => 0,
                "a" or "an" or "single" => 1,
                _ when NumberNames.IndexOf(word) is >= 0 and var value => value,
                _ => null,
            };

    static readonly ImmutableArray<string> NumberNames =
    [
        .. "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".Split(
            ' '
        ),
    ];

    /// <summary>A crude stem, so that "dogs" and "dog", "men" and "man", "riding" and "rides" are one: for comparing, not for showing.</summary>
    public static string Stem(string word) =>
        Irregular.TryGetValue(word, out var singular) ? singular
        : word.Length > 5 && word.EndsWith("ing") ? Undoubled(word[..^3])
        : word.Length > 4 && word.EndsWith("ies") ? word[..^3] + "y"
        : word.Length > 4 && word.EndsWith("ed") ? Undoubled(word[..^2])
        : word.Length > 4 && (word.EndsWith("ches") || word.EndsWith("shes") || word.EndsWith("sses") || word.EndsWith("xes")) ? word[..^2]
        : word.Length > 3 && word.EndsWith('s') && !word.EndsWith("ss") && !word.EndsWith("us") ? word[..^1].TrimEnd('e')
        : word.TrimEnd('e');

    static readonly ImmutableDictionary<string, string> Irregular = new Dictionary<string, string>
    {
        ["men"] = "man",
        ["women"] = "woman",
        ["people"] = "person",
        ["children"] = "child",
        ["feet"] = "foot",
        ["mice"] = "mouse",
        ["colour"] = "color",
        ["colours"] = "color",
        ["colors"] = "color",
        ["grey"] = "gray",
        ["leaves"] = "leaf",
        ["knives"] = "knif",
    }.ToImmutableDictionary();

    static string Undoubled(string stem) => (stem.Length > 2 && stem[^1] == stem[^2] ? stem[..^1] : stem).TrimEnd('e');

    static string Normal(string word) => word.ToLowerInvariant().Trim('\'', '-');

    static List<(string Text, string Word)> Pieces(string text)
    {
        var pieces = new List<(string Text, string Word)>();
        var open = new StringBuilder();
        foreach (var token in Tokens(text))
        {
            if (token.IsWord)
            {
                pieces.Add((open.Append(token.Text).ToString(), Normal(token.Text)));
                open.Clear();
            }
            else if (pieces.Count > 0 && open.Length == 0 && token.Text.TrimEnd() is { Length: > 0 } punctuation)
            {
                pieces[^1] = (pieces[^1].Text + punctuation, pieces[^1].Word);
                open.Append(token.Text[punctuation.Length..]);
            }
            else
            {
                open.Append(token.Text);
            }
        }

        if (open.Length > 0)
        {
            pieces.Add((open.ToString(), ""));
        }

        return pieces;
    }

    static IEnumerable<(string Text, bool IsWord)> Tokens(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            var isWord = IsOfWord(text[start]);
            for (end = start + 1; end < text.Length && (IsOfWord(text[end]) == isWord || isWord && IsInNumber(text, end)); end++) { }
            yield return (text[start..end], isWord);
        }
    }

    /// <summary>The comma of "1,000".</summary>
    static bool IsInNumber(string text, int at) =>
        text[at] == ',' && char.IsAsciiDigit(text[at - 1]) && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);

    static bool IsOfWord(char letter) => char.IsLetterOrDigit(letter) || char.IsSurrogate(letter) || letter is '\'' or '-' or '’';
}
