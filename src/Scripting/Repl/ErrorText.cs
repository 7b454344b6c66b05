using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using SVco.Scripting.Host;

namespace SVco.Scripting.Repl;

/// <summary>A compile error as a person reads it: the line, a caret under the place, and what is wrong.</summary>
static class ErrorText
{
    /// <param name="error">What the compiler says.</param>
    /// <param name="show">How the path of a loaded file is shown.</param>
    public static string Of(Diagnostic error, Func<string, string> show)
    {
        if (error.Location.SourceTree is not { } tree)
        {
            return ScriptCompiler.Line(error, show);
        }

        var text = tree.GetText();
        var line = text.Lines.GetLineFromPosition(error.Location.SourceSpan.Start);
        var start = error.Location.SourceSpan.Start - line.Start;
        var length = Math.Clamp(error.Location.SourceSpan.Length, 1, Math.Max(1, line.End - line.Start - start));
        // Tabs stay tabs, so that the caret stands under its place however wide they are.
        var indent = string.Concat($"{line}"[..Math.Min(start, $"{line}".Length)].Select(letter => letter == '\t' ? '\t' : ' ')).PadRight(start);
        var place = tree.FilePath.Length > 0 || text.Lines.Count == 1 ? "" : $"line {line.LineNumber + 1}: ";
        var message = tree.FilePath.Length > 0 ? ScriptCompiler.Line(error, show) : $"{place}error {error.Id}: {error.GetMessage()}";
        return $"  {line}\n  {indent}{new string('^', length)}\n{message}";
    }
}
