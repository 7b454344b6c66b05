using System.Net;
using System.Text;

namespace SVco.Core.Tests;

public sealed class SecretTests
{
    const string Key = "ak-Vm2/9q+Lw7_tRz-4410xY";
    static readonly Secret secret = new(Key);

    public static TheoryData<string, string> Forms =>
        new()
        {
            { "as it is", Key },
            { "in capitals", Key.ToUpperInvariant() },
            { "backwards", new([.. Key.Reverse()]) },
            { "without its ends", Key[4..^4] },
            { "JSON escapes", string.Concat(Key.Select(letter => $"\\u{(int)letter:x4}")) },
            { "JSON escapes in JSON escapes", string.Concat(Key.Select(letter => $"\\\\u{(int)letter:X4}")) },
            { "a slash escaped", Key.Replace("/", "\\/") },
            { "a URL", Uri.EscapeDataString(Key) },
            { "a URL in a URL", Uri.EscapeDataString(Uri.EscapeDataString(Key)) },
            { "a URL, each letter", string.Concat(Key.Select(letter => $"%{(int)letter:X2}")) },
            { "HTML", WebUtility.HtmlEncode(Key).Replace("/", "&#47;").Replace("+", "&#x2B;") },
            { "HTML, each letter", string.Concat(Key.Select(letter => $"&#{(int)letter};")) },
            { "quoted-printable", string.Concat(Key.Select(letter => $"={(int)letter:X2}")) },
            { "base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)) },
            { "base64 of what was sent", Convert.ToBase64String(Encoding.UTF8.GetBytes($"Bearer {Key}; more")) },
            { "base64 for URLs", Convert.ToBase64String(Encoding.UTF8.GetBytes($"x{Key}")).Replace('+', '-').Replace('/', '_') },
            { "hexadecimal", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Key)) },
            { "hexadecimal with spaces", BitConverter.ToString(Encoding.UTF8.GetBytes(Key)).Replace('-', ' ') },
            { "spaced out", string.Join(' ', Key.AsEnumerable()) },
            { "with colours between", string.Join("\u001b[31m", Key.AsEnumerable()) },
            { "with a window's title between", Key.Insert(9, "\u001b]0;title\a") },
            { "with invisible letters between", string.Join('\u200b', Key.AsEnumerable()) },
            { "UTF-16 read as UTF-8", Encoding.UTF8.GetString(Encoding.Unicode.GetBytes(Key)) },
        };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_key_is_found_and_hidden_in_each_form_that_a_server_may_give_it(string form, string written)
    {
        var text = $"Access denied for {written}, ask your administrator.";
        Assert.True(secret.IsIn(text), form);
        Assert.True(secret.IsIn(Encoding.UTF32.GetBytes(text)), form);
        Assert.DoesNotContain(written, secret.Hide(text), StringComparison.Ordinal);
        Assert.False(secret.IsIn(secret.Hide(text)), form);
    }

    [Fact]
    public void What_has_nothing_of_the_key_is_shown_as_it_is()
    {
        const string text = "The model `m-1` does not exist (model_not_found); see https://host.example/models. 7 of 100% used.";
        Assert.False(secret.IsIn(text));
        Assert.Equal(text, secret.Hide(text));
        Assert.Equal("Unknown: Bearer (key)", secret.Hide($"Unknown: Bearer {Key}"));
    }

    [Fact]
    public void Short_words_that_stand_for_no_key_are_no_secret()
    {
        Assert.Equal("none of the models", new Secret("none").Hide("none of the models"));
        Assert.False(new Secret("lm-studio").IsIn("A film studio with two cameras."));
        Assert.True(new Secret("lm-studio").IsIn("Not known: lm%2Dstudio"));
        Assert.Equal("text", new Secret(null).Hide("text"));
    }

    [Fact]
    public void Shown_text_is_short_and_moves_no_cursor()
    {
        Assert.Equal("bad [2J and ]0;x end", secret.Hide("bad \u001b[2J and \u001b]0;x\a\r\n\0 end"));
        Assert.InRange(secret.Hide(string.Concat(Enumerable.Repeat("word ", 1000))).Length, 1, 410);
        Assert.Equal("unknown ...", secret.Hide("unknown " + new string('Q', 100)));
    }
}
