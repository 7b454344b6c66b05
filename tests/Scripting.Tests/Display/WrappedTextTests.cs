using FsCheck.Xunit;
using SVco.Scripting.Display;

namespace SVco.Scripting.Tests;

/// <summary>Lines that a terminal need not break.</summary>
public class WrappedTextTests
{
    [Fact]
    public void Long_lines_are_broken_at_spaces_and_keep_their_indent()
    {
        Assert.Equal("a run on\nthe tiny\none", WrappedText.Of("a run on the tiny one", 9));
        Assert.Equal("  refused\n  x: no\n  image\nnext", WrappedText.Of("  refused x: no image\nnext", 9));
        Assert.Equal("averyveryverylongword", WrappedText.Of("averyveryverylongword", 9));
    }

    [Property]
    public bool No_word_is_lost_and_no_line_is_too_long_but_for_a_long_word(string[] parts, byte width)
    {
        var words = parts
            .Where(part => part is not null)
            .SelectMany(part => part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        var lines = WrappedText.Of(string.Join(' ', words), width + 1).Split('\n');
        return lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).SequenceEqual(words)
            && lines.All(line => line.Length <= width + 1 || !line.Contains(' '));
    }
}
