namespace SVco.Scripting.Display;

/// <summary>Text in lines that a terminal does not break itself, which it would do in the midst of words.</summary>
static class WrappedText
{
    /// <summary>The text with its longer lines broken at spaces; what follows is indented as the line is. A word that is longer stays whole.</summary>
    /// <param name="text">A line or several.</param>
    /// <param name="width">The most letters of a line.</param>
    public static string Of(string text, int width) => string.Join('\n', text.Split('\n').SelectMany(line => Lines(line, width)));

    static IEnumerable<string> Lines(string line, int width)
    {
        var indent = line[..^line.TrimStart(' ').Length];
        while (line.Length > width && Break(line, indent.Length, width) is > 0 and var end)
        {
            yield return line[..end].TrimEnd(' ');
            line = indent + line[end..].TrimStart(' ');
        }

        yield return line;
    }

    /// <summary>The last space that a line of the width can end before, else the first after it; -1 where there is none.</summary>
    static int Break(string line, int indent, int width) =>
        width > indent && line.LastIndexOf(' ', width, width - indent) is var last && last > indent
            ? last
            : line.IndexOf(' ', Math.Max(indent, Math.Min(width, line.Length)));
}
