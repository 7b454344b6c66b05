using Microsoft.CodeAnalysis;
using SVco.Scripting.Host;

namespace SVco.Scripting.Repl;

/// <summary>A compile error as a person reads it: the line, a caret under the place, and what is wrong.</summary>
static class ErrorText
{
    const string Margin = "  ";
    const string Cut = "… ";

    /// <param name="error">What the compiler says.</param>
    /// <param name="show">How the path of a loaded file is shown.</param>
    /// <param name="width">The terminal's columns; of a longer line what is around the place is shown.</param>
    public static string Of(Diagnostic error, Func<string, string> show, int width)
    {
        if (error.Location.SourceTree is not { } tree)
        {
            return ScriptCompiler.Line(error, show);
        }

        var text = tree.GetText();
        var line = text.Lines.GetLineFromPosition(error.Location.SourceSpan.Start);
        var place = tree.FilePath.Length > 0 || text.Lines.Count == 1 ? "" : $"line {line.LineNumber + 1}: ";
        var message = tree.FilePath.Length > 0 ? ScriptCompiler.Line(error, show) : $"{place}error {error.Id}: {error.GetMessage()}";
        var start = error.Location.SourceSpan.Start - line.Start;
        return $"{Marked($"{line}", start, error.Location.SourceSpan.Length, Math.Max(20, width - Margin.Length - Cut.Length - 1))}\n{message}";
    }

    /// <summary>The line and under it the carets.</summary>
    static string Marked(string line, int start, int length, int room)
    {
        // The place stands in the last third at most, so that one sees what comes before it.
        var from = line.Length <= room ? 0 : Math.Clamp(start - room * 2 / 3, 0, line.Length - room);
        var shown = line.Substring(from, Math.Min(room, line.Length - from));
        var (margin, at) = (from == 0 ? Margin : Margin + Cut, start - from);
        // Tabs stay tabs, so that the caret stands under its place however wide they are.
        var indent = string.Concat(shown.Take(at).Select(letter => letter == '\t' ? '\t' : ' ')).PadRight(at);
        var carets = new string('^', Math.Clamp(length, 1, Math.Max(1, shown.Length - at)));
        return $"{margin}{shown}\n{new string(' ', margin.Length)}{indent}{carets}";
    }
}
