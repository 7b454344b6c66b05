using System.Collections.Immutable;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SVco.Scripting.Repl.Assistance;

/// <summary>The forms of the call that the caret stands in, as editors show them while arguments are typed.</summary>
static class CallSignatures
{
    const int MostForms = 3;

    static readonly SymbolDisplayFormat Format = SymbolDisplayFormat.MinimallyQualifiedFormat.WithParameterOptions(
        SymbolDisplayParameterOptions.IncludeType
            | SymbolDisplayParameterOptions.IncludeName
            | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeModifiers
    );

    /// <summary>A line for each form, the parameter that is typed between brackets, then what its documentation says.</summary>
    public static async Task<ImmutableArray<string>> AtAsync(Document document, int caret, CancellationToken stop)
    {
        var root = (await document.GetSyntaxRootAsync(stop))!;
        var list = root.FindToken(Math.Max(0, caret - 1))
            .Parent!.AncestorsAndSelf()
            .OfType<ArgumentListSyntax>()
            .FirstOrDefault(list => list.SpanStart < caret && (list.CloseParenToken.IsMissing || caret <= list.CloseParenToken.SpanStart));
        if (list is null || await document.GetSemanticModelAsync(stop) is not { } model)
        {
            return [];
        }

        var place = list.Arguments.GetSeparators().Count(comma => comma.SpanStart < caret);
        var forms = Forms(list.Parent!, model)
            .Where(form => !form.IsImplicitlyDeclared || form.Parameters.Length > 0)
            .OrderBy(form => form.Parameters.Length > place || form.Parameters is [.., { IsParams: true }] ? 0 : 1)
            .ThenBy(form => form.Parameters.Length)
            .ToArray();
        return
        [
            .. forms.Take(MostForms).Select(form => Line(form, place)),
            .. forms.Length > MostForms ? [$"and {forms.Length - MostForms} more forms"] : Array.Empty<string>(),
            .. forms is [var first, ..] ? About(first, place) : [],
        ];
    }

    static IEnumerable<IMethodSymbol> Forms(SyntaxNode call, SemanticModel model) =>
        call switch
        {
            InvocationExpressionSyntax invocation => model.GetMemberGroup(invocation.Expression).OfType<IMethodSymbol>(),
            BaseObjectCreationExpressionSyntax creation => (model.GetTypeInfo(creation).Type as INamedTypeSymbol)?.InstanceConstructors
                ?? Enumerable.Empty<IMethodSymbol>(),
            _ => [],
        };

    static string Line(IMethodSymbol form, int place)
    {
        var parameters = form.Parameters.Select(
            (parameter, index) => index == place ? $"[{parameter.ToDisplayString(Format)}]" : parameter.ToDisplayString(Format)
        );
        var name = form.MethodKind == MethodKind.Constructor ? form.ContainingType.Name : form.Name;
        var result = form.MethodKind == MethodKind.Constructor ? "" : $"{form.ReturnType.ToDisplayString(Format)} ";
        return $"{result}{name}({string.Join(", ", parameters)})";
    }

    static IEnumerable<string> About(IMethodSymbol form, int place)
    {
        if (form.GetDocumentationCommentXml() is not { Length: > 0 } xml)
        {
            yield break;
        }

        var documentation = XElement.Parse(xml);
        if (Documentation.Text(documentation.Element("summary")) is { Length: > 0 } summary)
        {
            yield return summary;
        }

        if (form.Parameters.ElementAtOrDefault(place) is not { } parameter)
        {
            yield break;
        }

        var about = documentation.Elements("param").FirstOrDefault(element => element.Attribute("name")?.Value == parameter.Name);
        if (Documentation.Text(about) is { Length: > 0 } text)
        {
            yield return $"{parameter.Name}: {text}";
        }
    }
}
