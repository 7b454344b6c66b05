namespace SVco.Models.Text;

/// <summary>Python's <c>str.strip()</c>, which takes a few control characters for white space that .NET does not.</summary>
static class PythonStrip
{
    /// <summary>The text without white space at its ends.</summary>
    public static string Strip(this string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    static bool IsSpace(char letter) => char.IsWhiteSpace(letter) || letter is >= '\x1c' and <= '\x1f';
}
