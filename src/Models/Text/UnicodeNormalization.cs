using System.Globalization;
using System.Text;

namespace SVco.Models.Text;

/// <summary>
/// Unicode's canonical composition (NFC) that also tells where each code point comes from. Own code because string.Normalize does nothing
/// under InvariantGlobalization (and needs ICU otherwise), and because offsets into the original text are wanted.
/// </summary>
internal static class UnicodeNormalization
{
    const int HangulSyllables = 0xAC00,
        HangulLead = 0x1100,
        HangulVowel = 0x1161,
        HangulTail = 0x11A7,
        Leads = 19,
        Vowels = 21,
        Tails = 28;

    static readonly Lazy<Tables> Data = new(Tables.Read);

    /// <summary>
    /// The composed text. A composed character keeps the place of its first part alone (so does HuggingFace tokenizers).
    /// </summary>
    public static AlignedText Compose(AlignedText text)
    {
        // No character below U+0300 takes part in a composition or is changed by one.
        if (!text.Span.ContainsAnyExceptInRange('\0', '\u02FF'))
        {
            return text;
        }

        var composed = Recompose(Decompose(text.Span));
        var result = new AlignedTextBuilder(text.Length);
        var sources = text.Runes();
        var next = 0;
        foreach (var (codePoint, change) in composed)
        {
            var source = change > 0 ? sources[Math.Max(next - 1, 0)] : sources[next];
            result.Add(new Rune(codePoint), source.Start, source.End);
            next += change > 0 ? 0 : 1 - change;
        }

        return result.ToText();
    }

    /// <summary>Code points of the full canonical decomposition, marks in canonical order; Change is 1 for a code point that was added.</summary>
    static List<(int CodePoint, int Change)> Decompose(ReadOnlySpan<char> text)
    {
        var result = new List<(int CodePoint, int Change)>(text.Length);
        var firstMark = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var change = 0;
            foreach (var part in Data.Value.Parts(rune.Value))
            {
                if (Data.Value.Class(part) == 0)
                {
                    SortMarks(firstMark);
                    result.Add((part, change));
                    firstMark = result.Count;
                }
                else
                {
                    result.Add((part, change));
                }

                change = 1;
            }
        }

        SortMarks(firstMark);
        return result;

        void SortMarks(int from)
        {
            if (result.Count - from > 1)
            {
                var ordered = result.Skip(from).OrderBy(mark => Data.Value.Class(mark.CodePoint)).ToList();
                result.RemoveRange(from, result.Count - from);
                result.AddRange(ordered);
            }
        }
    }

    /// <summary>Composes what Decompose gave; Change is minus the number of original code points that went into this one besides the first.</summary>
    static List<(int CodePoint, int Change)> Recompose(List<(int CodePoint, int Change)> parts)
    {
        var result = new List<(int CodePoint, int Change)>(parts.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var (codePoint, change) in parts)
        {
            var cls = Data.Value.Class(codePoint);
            var adjacent = starter == result.Count - 1;
            var blocked = !adjacent && lastClass >= cls;
            if (starter >= 0 && !blocked && Data.Value.Composed(result[starter].CodePoint, codePoint) is { } composed)
            {
                result[starter] = (composed, result[starter].Change + change - 1);
                continue;
            }

            result.Add((codePoint, change));
            (starter, lastClass) = cls == 0 ? (result.Count - 1, 0) : (starter, cls);
        }

        return result;
    }

    sealed record Tables(Dictionary<int, byte> Classes, Dictionary<int, int[]> Decompositions, Dictionary<(int, int), int> Compositions)
    {
        public int Class(int codePoint) => codePoint < 0x300 ? 0 : Classes.GetValueOrDefault(codePoint);

        public int[] Parts(int codePoint) =>
            codePoint - HangulSyllables is var s and >= 0 and < Leads * Vowels * Tails ? HangulParts(s)
            : Decompositions.TryGetValue(codePoint, out var parts) ? parts
            : [codePoint];

        public int? Composed(int first, int second) =>
            (first - HangulLead, second - HangulVowel) is (>= 0 and < Leads, >= 0 and < Vowels) lead
                ? HangulSyllables + (lead.Item1 * Vowels + lead.Item2) * Tails
            : first - HangulSyllables is >= 0 and < Leads * Vowels * Tails
            && (first - HangulSyllables) % Tails == 0
            && second - HangulTail is > 0 and < Tails
                ? first + second - HangulTail
            : Compositions.TryGetValue((first, second), out var composed) ? composed
            : null;

        static int[] HangulParts(int syllable)
        {
            var (lead, vowel, tail) = (
                HangulLead + syllable / (Vowels * Tails),
                HangulVowel + syllable / Tails % Vowels,
                HangulTail + syllable % Tails
            );
            return tail == HangulTail ? [lead, vowel] : [lead, vowel, tail];
        }

        public static Tables Read()
        {
            var classes = new Dictionary<int, byte>();
            var steps = new Dictionary<int, int[]>();
            var compositions = new Dictionary<(int, int), int>();
            using var stream = typeof(UnicodeNormalization).Assembly.GetManifestResourceStream("UnicodeNormalization.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                var words = line.Split(' ');
                if (words[0] == "c")
                {
                    var range = words[1].Split("..").Select(Hex).ToArray();
                    for (var codePoint = range[0]; codePoint <= range[^1]; codePoint++)
                    {
                        classes[codePoint] = byte.Parse(words[2], CultureInfo.InvariantCulture);
                    }
                }
                else if (words[0] == "d")
                {
                    var (codePoint, parts) = (Hex(words[1].TrimEnd('!')), words.Skip(2).Select(Hex).ToArray());
                    steps[codePoint] = parts;
                    if (!words[1].EndsWith('!'))
                    {
                        compositions[(parts[0], parts[1])] = codePoint;
                    }
                }
            }

            int[] Full(int codePoint) => steps.TryGetValue(codePoint, out var parts) ? [.. parts.SelectMany(Full)] : [codePoint];
            return new(classes, steps.Keys.ToDictionary(codePoint => codePoint, Full), compositions);
        }

        static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
