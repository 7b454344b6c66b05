using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SVco.Scripting.Host;

/// <summary>What a script's text says of mistakes that C# allows: it would end at once, as if all were well.</summary>
static class ScriptAdvice
{
    const string Prelude = "svco.csx";

    /// <summary>The prelude's words that declare something to be run.</summary>
    static readonly string[] Declaring = ["Experiment", "Evaluation", "Table"];

    static readonly string[] Running = ["Run", "RunAsync"];

    /// <summary>Why a script cannot do anything; null where it can.</summary>
    /// <param name="script">The script's own tree.</param>
    public static string? Nothing(SyntaxTree script)
    {
        var root = script.GetCompilationUnitRoot();
        return root.Members.OfType<GlobalStatementSyntax>().Any(one => one.Statement is not LocalFunctionStatementSyntax)
            || root.Members.OfType<FieldDeclarationSyntax>().Any()
            || root.GetLoadDirectives().Any(load => Path.GetFileName(load.File.ValueText) != Prelude)
                ? null
            : root.Members.Count == 0 ? "has no statement, so that nothing is run"
            : "only declares, and runs nothing";
    }

    /// <summary>A warning where an experiment is declared and none is ever run.</summary>
    /// <param name="trees">The script's tree and those of what it loads.</param>
    public static ImmutableArray<string> Of(IEnumerable<SyntaxTree> trees)
    {
        var calls = trees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()).ToArray();
        var declared = calls.Select(call => call.Expression).OfType<IdentifierNameSyntax>().Select(name => name.Identifier.Text);
        var called = calls
            .Select(call => call.Expression)
            .OfType<MemberAccessExpressionSyntax>()
            .Select(member => member.Name.Identifier.Text);
        return declared.FirstOrDefault(Declaring.Contains) is { } what && !called.Any(Running.Contains)
            ? [$"warning: {what}(...) is declared and never run. End the script with `return await {what.ToLowerInvariant()}.Run(Args);`."]
            : [];
    }
}
