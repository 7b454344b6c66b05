using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Classification;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace SVco.Scripting.Repl.Assistance;

/// <summary>The colours of an input, out of the terminal's own palette so that they fit its background.</summary>
static class SyntaxColours
{
    const int Green = 32;
    const int Yellow = 33;
    const int Blue = 34;
    const int Magenta = 35;
    const int Cyan = 36;
    const int Grey = 90;

    /// <summary>What single tokens show: keywords, texts, numbers, comments. It takes no time.</summary>
    public static ImmutableArray<ColouredSpan> OfTokens(string input)
    {
        var root = ReplInput.Parse(input).GetRoot();
        return
        [
            .. root.DescendantTokens(descendIntoTrivia: true)
                .Select(token => new ColouredSpan(
                    token.Span,
                    token.Kind() switch
                    {
                        SyntaxKind.NumericLiteralToken => Magenta,
                        SyntaxKind.StringLiteralToken
                        or SyntaxKind.CharacterLiteralToken
                        or SyntaxKind.SingleLineRawStringLiteralToken
                        or SyntaxKind.MultiLineRawStringLiteralToken
                        or SyntaxKind.InterpolatedStringTextToken
                        or SyntaxKind.InterpolatedStringStartToken
                        or SyntaxKind.InterpolatedStringEndToken => Green,
                        _ when SyntaxFacts.IsKeywordKind(token.Kind()) || token.IsContextualKeyword() => Blue,
                        _ => 0,
                    }
                ))
                .Concat(
                    root.DescendantTrivia()
                        .Where(trivia => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia)
                        .Select(trivia => new ColouredSpan(trivia.Span, Grey))
                )
                .Where(span => span.Colour != 0),
        ];
    }

    /// <summary>The colour of what the compiler knows a piece to be; 0 for the usual one.</summary>
    public static int Of(string classification) =>
        classification switch
        {
            ClassificationTypeNames.Keyword or ClassificationTypeNames.ControlKeyword or ClassificationTypeNames.PreprocessorKeyword =>
                Blue,
            ClassificationTypeNames.StringLiteral
            or ClassificationTypeNames.VerbatimStringLiteral
            or ClassificationTypeNames.StringEscapeCharacter => Green,
            ClassificationTypeNames.NumericLiteral => Magenta,
            ClassificationTypeNames.Comment => Grey,
            ClassificationTypeNames.ClassName
            or ClassificationTypeNames.RecordClassName
            or ClassificationTypeNames.RecordStructName
            or ClassificationTypeNames.StructName
            or ClassificationTypeNames.InterfaceName
            or ClassificationTypeNames.EnumName
            or ClassificationTypeNames.DelegateName
            or ClassificationTypeNames.TypeParameterName => Cyan,
            ClassificationTypeNames.MethodName or ClassificationTypeNames.ExtensionMethodName => Yellow,
            _ => 0,
        };
}
