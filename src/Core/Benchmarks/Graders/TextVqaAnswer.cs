using System.Collections.Immutable;
using System.Text;

namespace SVco.Core.Benchmarks;

/// <summary>
/// The normal form of a short answer, in which TextVQA compares: small letters, no commas, question marks, signs and articles, number words as
/// digits, contractions with their apostrophe.
/// </summary>
public static class TextVqaAnswer
{
    /// <summary>The official script hands a flag over as a count: more periods than this are never deleted.</summary>
    const int OfficialPeriods = 32;

    const string Signs = ";/[]\"{}()=+\\_->@`<!";

    static readonly ImmutableHashSet<string> Articles = ["a", "an", "the"];

    /// <summary>Contractions without one of their apostrophes, and what is meant; as in the official table, capitals never match a small word.</summary>
    static readonly ImmutableDictionary<string, string> OfficialContractions = Misspelt(
            """
            'ow's'at 'twas I'd've I'm I've ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't
            haven't he'd he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am might've mightn't mightn't've must've mustn't needn't
            not've o'clock oughtn't shan't she'd've should've shouldn't shouldn't've somebody'd've somebody'll somebody's someone'd someone'd've
            someone'll someone's something'd something'd've something'll that's there'd there'd've there're there's they'd they'd've they'll
            they're they've wasn't we'd've we've weren't what'll what're what's what've when's where'd where's where've who'd who'd've who'll
            who's who've why'll why're why's won't would've wouldn't wouldn't've y'all y'all'd've y'all'll you'd you'd've you'll you're you've
            """
        )
        .Add("somebody'd", "somebodyd");

    static readonly ImmutableDictionary<string, string> CorrectedContractions = OfficialContractions
        .Remove("somebody'd")
        .Select(one => KeyValuePair.Create(one.Key.ToLowerInvariant(), one.Value.ToLowerInvariant()))
        .ToImmutableDictionary();

    /// <summary>As the official script makes it, slips included: "2.5." becomes "2.5", "1.a" becomes "1a", ".5" stays.</summary>
    public static string Official(string answer) =>
        Words(
            WithoutPeriods(WithoutSigns(Tokenized(answer)), (text, period) => !PythonText.IsDigit(text, period + 1), OfficialPeriods),
            OfficialContractions
        );

    /// <summary>Without the official script's slips: every period goes that is not a decimal one, and "im" and "ive" are contractions too.</summary>
    public static string Corrected(string answer) =>
        Words(
            WithoutPeriods(WithoutSigns(Tokenized(answer)), (text, period) => !IsDecimal(text, period), int.MaxValue),
            CorrectedContractions
        );

    static string Tokenized(string answer) =>
        PythonText.Strip(
            PythonText
                .Strip(PythonText.Lower(answer).Replace(",", "").Replace("?", "").Replace("'s", " 's"))
                .Replace('\n', ' ')
                .Replace('\t', ' ')
        );

    /// <summary>A sign goes if it stands beside a space anywhere in the text; else it becomes a space.</summary>
    static string WithoutSigns(string text) =>
        Signs.Aggregate(
            text,
            (rest, sign) =>
                rest.Replace(
                    $"{sign}",
                    text.Contains($"{sign} ", StringComparison.Ordinal) || text.Contains($" {sign}", StringComparison.Ordinal) ? "" : " "
                )
        );

    static string WithoutPeriods(string text, Func<string, int, bool> goes, int most)
    {
        var rest = new StringBuilder(text.Length);
        var gone = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '.' && gone < most && goes(text, at))
            {
                gone++;
            }
            else
            {
                rest.Append(text[at]);
            }
        }

        return rest.ToString();
    }

    /// <summary>Whether a period has a digit behind it, and before it a digit or the beginning of the word.</summary>
    static bool IsDecimal(string text, int period) =>
        PythonText.IsDigit(text, period + 1) && (period == 0 || PythonText.IsSpace(text[period - 1]) || EndsInDigit(text[..period]));

    static bool EndsInDigit(string text) => text.EnumerateRunes().LastOrDefault() is var last && Rune.IsDigit(last);

    static string Words(string text, ImmutableDictionary<string, string> contractions) =>
        string.Join(
            ' ',
            PythonText
                .Split(PythonText.Lower(text))
                .Select(word => NumberWords.Digits.GetValueOrDefault(word, word))
                .Where(word => !Articles.Contains(word))
                .Select(word => contractions.GetValueOrDefault(word, word))
        );

    static ImmutableDictionary<string, string> Misspelt(string contractions) =>
        contractions
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(right =>
                right.Index().Where(letter => letter.Item == '\'').Select(letter => (Wrong: right.Remove(letter.Index, 1), right))
            )
            .DistinctBy(one => one.Wrong)
            .ToImmutableDictionary(one => one.Wrong, one => one.right);
}
