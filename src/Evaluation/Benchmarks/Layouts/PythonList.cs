using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>A list of texts as Python prints it, <c>['stop', "o'neil"]</c>, or as JSON has it.</summary>
static class PythonList
{
    /// <summary>The texts; none for no text.</summary>
    /// <exception cref="RowException">It is something else.</exception>
    public static ImmutableArray<string> ParseOrEmpty(string? text) => text is null ? [] : Parse(text);

    /// <summary>The texts.</summary>
    /// <exception cref="RowException">It is something else.</exception>
    public static ImmutableArray<string> Parse(string text)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        var at = 0;
        Expect('[');
        while (!Take(']'))
        {
            texts.Add(Literal());
            if (!Take(','))
            {
                Expect(']');
                break;
            }
        }

        SkipSpaces();
        return at == text.Length ? texts.ToImmutable() : throw NoList();

        string Literal()
        {
            SkipSpaces();
            var quote = Next();
            if (quote is not ('\'' or '"'))
            {
                throw NoList();
            }

            var literal = new StringBuilder();
            for (var letter = Next(); letter != quote; letter = Next())
            {
                literal.Append(letter == '\\' ? Escaped(Next()) : $"{letter}");
            }

            return literal.ToString();
        }

        string Escaped(char letter) =>
            letter switch
            {
                'n' => "\n",
                'r' => "\r",
                't' => "\t",
                '\\' or '\'' or '"' or '/' => $"{letter}",
                'x' => CodePoint(2),
                'u' => CodePoint(4),
                'U' => CodePoint(8),
                _ => throw NoList(),
            };

        string CodePoint(int digits)
        {
            if (
                at + digits > text.Length
                || !int.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || !Rune.IsValid(code)
            )
            {
                throw NoList();
            }

            at += digits;
            return new Rune(code).ToString();
        }

        bool Take(char letter)
        {
            SkipSpaces();
            if (at == text.Length || text[at] != letter)
            {
                return false;
            }

            at++;
            return true;
        }

        void Expect(char letter)
        {
            if (!Take(letter))
            {
                throw NoList();
            }
        }

        char Next() => at < text.Length ? text[at++] : throw NoList();

        void SkipSpaces()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        RowException NoList() => new("a text is no list of texts", text);
    }
}
