using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SVco.Fuzz.Tests;

/// <summary>Makes wrong inputs of right ones: what disks, networks, editors and hands do to files, and what somebody may mean to do.</summary>
static class Mutator
{
    const int MostMutations = 4;
    const int LongestInput = 1 << 20;

    static readonly string[] Values =
    [
        "null",
        "true",
        "-1",
        "0",
        "1",
        "0.5",
        "1e308",
        "-1e400",
        "2147483647",
        "-2147483648",
        "4294967296",
        "9223372036854775807",
        "1000000000000000000000000000",
        "NaN",
        "\"\"",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"../../x\"",
        "\"/\"",
        "\"(((((\"",
        "\"[^a\"",
        "\"(a*)*b\"",
        "\"é\u200B\uFEFF🐻\"",
        "[]",
        "{}",
        "[null]",
        "[[1]]",
        "{\"a\":null}",
        "{\"\\ud800\":1}",
    ];

    static readonly string[] Tokens =
    [
        .. Values,
        "\0",
        "\"",
        "'",
        "\n",
        "\r\n",
        "\t",
        ",",
        ";",
        ":",
        ": ",
        "- ",
        "? ",
        "|",
        ">",
        "%",
        "&a [*a, *a]",
        "*a",
        "!!binary",
        "---",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "/*",
        "//",
        "#",
        "\uFEFF",
        "\uFFFD",
        "é",
        "🐻",
        "-",
        "e999",
        "<image>",
        "data:image/png;base64,AA==",
        "https://example.org/a.png",
        "C:\\a.png",
    ];

    /// <summary>A mutated input.</summary>
    /// <param name="seeds">Inputs that are right.</param>
    /// <param name="random">Decides; the same gives the same.</param>
    public static byte[] Mutated(IReadOnlyList<byte[]> seeds, Random random)
    {
        var input = seeds[random.Next(seeds.Count)];
        // Most wrong bytes are no JSON at all; half of the inputs stay JSON and get further.
        var kinds = random.Next(2) == 0 ? 3 : 1;
        for (var left = 1 + random.Next(MostMutations); left > 0; left--)
        {
            input = random.Next(kinds) switch
            {
                0 => OfJson(input, random) ?? OfText(input, random),
                1 => OfBytes(input, seeds, random),
                _ => OfText(input, random),
            };
            input = input.Length <= LongestInput ? input : input[..LongestInput];
        }

        return input;
    }

    static byte[] OfBytes(byte[] input, IReadOnlyList<byte[]> seeds, Random random)
    {
        var (from, to) = Range(input.Length, random);
        var other = seeds[random.Next(seeds.Count)];
        var changed = (byte[])input.Clone();
        switch (random.Next(8))
        {
            case 0 when input.Length > 0:
                changed[random.Next(input.Length)] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                random.NextBytes(changed.AsSpan(from, Math.Min(to - from, 16)));
                return changed;
            case 2:
                return input[..from];
            case 3:
                return [.. input[..from], .. input[to..]];
            case 4:
                return [.. input[..to], .. input[from..]];
            case 5:
                return [.. input[..from], .. other[Math.Min(other.Length, random.Next(other.Length + 1))..]];
            case 6 when input.Length >= 8:
                var number = (ulong)(
                    random.Next(4) switch
                    {
                        0 => -1,
                        1 => long.MaxValue,
                        2 => int.MaxValue,
                        _ => random.Next(1 << 16),
                    }
                );
                var place = changed.AsSpan(random.Next(input.Length - 7), 8);
                if (random.Next(2) == 0)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(place, number);
                }
                else
                {
                    BinaryPrimitives.WriteUInt64BigEndian(place, number);
                }

                return changed;
            default:
                changed.AsSpan(from, to - from).Fill((byte)random.Next(256));
                return changed;
        }
    }

    static byte[] OfText(byte[] input, Random random)
    {
        var text = Encoding.UTF8.GetString(input);
        var (from, to) = Range(text.Length, random);
        var lines = text.Split('\n');
        var line = random.Next(lines.Length);
        return random.Next(9) switch
        {
            0 => Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(text)).ToArray(),
            1 => Encoding.BigEndianUnicode.GetPreamble().Concat(Encoding.BigEndianUnicode.GetBytes(text)).ToArray(),
            2 => Encoding.Latin1.GetBytes(text.Insert(from, "é")),
            3 => Encoding.UTF8.GetBytes(text.Insert(from, string.Concat(Enumerable.Repeat(Nesting(random), 1 << random.Next(14))))),
            4 => Encoding.UTF8.GetBytes(string.Join('\n', [.. lines[..line], lines[line], .. lines[line..]])),
            5 => Encoding.UTF8.GetBytes(string.Join('\n', [.. lines[..line], .. lines[(line + 1)..]])),
            6 => Encoding.UTF8.GetBytes(WithNumber(text, from, random)),
            7 => Encoding.UTF8.GetBytes(text.Insert(from, new string((char)('!' + random.Next(90)), 1 << random.Next(14)))),
            _ => Encoding.UTF8.GetBytes(text[..from] + Tokens[random.Next(Tokens.Length)] + text[(random.Next(2) == 0 ? from : to)..]),
        };
    }

    static string Nesting(Random random) =>
        random.Next(6) switch
        {
            0 => "[",
            1 => "{\"a\":",
            2 => "(",
            3 => "{a: ",
            4 => "- ",
            _ => "Symmetric(",
        };

    /// <summary>The first number after a place becomes another one.</summary>
    static string WithNumber(string text, int from, Random random)
    {
        var start = text.AsSpan(from).IndexOfAnyInRange('0', '9');
        if (start < 0)
        {
            return text + Values[random.Next(Values.Length)];
        }

        var end = from + start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return text[..(from + start)] + Values[2 + random.Next(12)] + text[end..];
    }

    /// <summary>One member or element of a JSON text, or of one of its lines, is removed, doubled or replaced; null for what is no JSON.</summary>
    static byte[]? OfJson(byte[] input, Random random)
    {
        var text = Encoding.UTF8.GetString(input);
        var lines = text.Split('\n');
        var line = random.Next(lines.Length);
        return Changed(text, random) is { } whole ? Encoding.UTF8.GetBytes(whole)
            : Changed(lines[line], random) is { } one
                ? Encoding.UTF8.GetBytes(string.Join('\n', [.. lines[..line], one, .. lines[(line + 1)..]]))
            : null;
    }

    static string? Changed(string json, Random random)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var target = random.Next(Count(document.RootElement));
            var written = new StringBuilder();
            Write(document.RootElement, "", written, ref target, random);
            return written.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static int Count(JsonElement value) =>
        1
        + value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Sum(member => Count(member.Value)),
            JsonValueKind.Array => value.EnumerateArray().Sum(Count),
            _ => 0,
        };

    /// <summary>Writes a value with its name before it, and a comma between two; the one that is meant comes changed, or not at all.</summary>
    static void Write(JsonElement value, string name, StringBuilder written, ref int target, Random random)
    {
        if (target-- == 0)
        {
            switch (random.Next(4))
            {
                case 0:
                    return;
                case 1:
                    Separate(written).Append(name).Append(value.GetRawText());
                    break;
                default:
                    Separate(written).Append(name).Append(Values[random.Next(Values.Length)]);
                    return;
            }
        }

        Separate(written).Append(name);
        if (value.ValueKind == JsonValueKind.Object)
        {
            written.Append('{');
            foreach (var member in value.EnumerateObject())
            {
                Write(
                    member.Value,
                    $"\"{Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(member))}\":",
                    written,
                    ref target,
                    random
                );
            }

            written.Append('}');
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            written.Append('[');
            foreach (var element in value.EnumerateArray())
            {
                Write(element, "", written, ref target, random);
            }

            written.Append(']');
        }
        else
        {
            written.Append(value.GetRawText());
        }
    }

    static StringBuilder Separate(StringBuilder written) =>
        written.Length > 0 && written[^1] is not ('{' or '[' or ':') ? written.Append(',') : written;

    static (int From, int To) Range(int length, Random random)
    {
        var from = random.Next(length + 1);
        return (from, from + random.Next(Math.Min(length - from, 64) + 1));
    }
}
