using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace SVco.Scripting.Repl;

/// <summary>What can be said of an input by its syntax alone.</summary>
static class ReplInput
{
    static readonly CSharpParseOptions Script = CSharpParseOptions.Default.WithKind(SourceCodeKind.Script);

    /// <summary>The syntax of an input.</summary>
    public static SyntaxTree Parse(string input) => CSharpSyntaxTree.ParseText(input, Script);

    /// <summary>Whether it can be run as it is; an open brace or a missing semicolon wants another line.</summary>
    public static bool IsComplete(string input) => SyntaxFactory.IsCompleteSubmission(Parse(input));

    /// <summary>The input with the semicolon that alone is missing for it to be complete; else as it is.</summary>
    public static string Completed(string input) =>
        !IsComplete(input) && $"{input.TrimEnd()};" is var closed && IsComplete(closed) ? closed : input;

    /// <summary>Whether the last statement is an expression without a semicolon, or gives something back.</summary>
    public static bool EndsInValue(SyntaxTree tree) =>
        tree.GetCompilationUnitRoot().Members.LastOrDefault() is GlobalStatementSyntax last
        && last.Statement is ReturnStatementSyntax or ExpressionStatementSyntax { SemicolonToken.IsMissing: true };

    /// <summary>
    /// A script without what it gives back at its end, such as <c>return await experiment.Run(Args);</c>: to load an experiment is not to run
    /// it. All else stays in its place.
    /// </summary>
    /// <returns>The text, and what was taken out; null where there is nothing.</returns>
    public static (string Text, string? NotRun) WithoutReturn(string script)
    {
        var statements = Parse(script)
            .GetCompilationUnitRoot()
            .Members.OfType<GlobalStatementSyntax>()
            .Where(member => member.Statement is ReturnStatementSyntax)
            .ToArray();
        if (statements is not [var last])
        {
            return (script, null);
        }

        // Lines keep their numbers.
        var blank = new string([.. last.Statement.ToString().Select(letter => letter is '\r' or '\n' ? letter : ' ')]);
        return (SourceText.From(script).Replace(last.Statement.Span, blank).ToString(), last.Statement.ToString());
    }
}
