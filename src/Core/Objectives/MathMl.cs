using System.Diagnostics;
using System.Globalization;

namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>The formula as a MathML element, in the paper's symbols; browsers draw it without help. The plain text is its alternative.</summary>
    public string ToMathMl() =>
        $"<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\" alttext=\"{ToString()}\">{MathMl(this).Text}</math>";

    static (string Text, Precedence Precedence) MathMl(Objective node) =>
        node switch
        {
            _ when AsLogRatio(node) is { } cell => (Row($"{Marked("<mi>r</mi>", cell.Tokens)}{Given(cell)}"), Precedence.Atom),
            Constant(var number) => MathNumber(number),
            LogProb(ModelRole.Policy, var cell) => (MathLogProb("<mi>θ</mi>", cell), Precedence.Product),
            LogProb(_, var cell) => (MathLogProb("<mi>ref</mi>", cell), Precedence.Product),
            Length(var response, var tokens) => (Marked(Row($"<mo>|</mo>{MathResponse(response)}<mo>|</mo>"), tokens), Precedence.Atom),
            Add(var left, Negate(var right)) => MathInfix(left, "−", right, Precedence.Sum),
            Add(var left, var right) => MathInfix(left, "+", right, Precedence.Sum),
            Subtract(var left, var right) => MathInfix(left, "−", right, Precedence.Sum),
            Multiply(var left, var right) => MathInfix(left, "·", right, Precedence.Product),
            Divide(var left, var right) => ($"<mfrac>{MathMl(left).Text}{MathMl(right).Text}</mfrac>", Precedence.Atom),
            Negate(var operand) => (Row($"<mo form=\"prefix\">−</mo>{MathBraced(operand, Precedence.Product)}"), Precedence.Sign),
            LogSigmoid(var operand) => (Row($"<mi>log</mi><mspace width=\"0.17em\"/><mi>σ</mi>{Fenced(operand)}"), Precedence.Product),
            Square(var operand) => ($"<msup>{Fenced(operand)}<mn>2</mn></msup>", Precedence.Atom),
            TokenMean(var numerator, var count) => (
                $"<mfrac>{Row($"<mi>n</mi><mo>·</mo>{MathBraced(numerator, Precedence.Atom)}")}{Row($"<munder><mo>∑</mo><mi>batch</mi></munder>{MathBraced(count, Precedence.Atom)}")}</mfrac>",
                Precedence.Atom
            ),
            _ => throw new UnreachableException(),
        };

    static (string, Precedence) MathInfix(Objective left, string sign, Objective right, Precedence precedence) =>
        (Row($"{MathBraced(left, precedence)}<mo>{sign}</mo>{MathBraced(right, precedence + 1)}"), precedence);

    static string MathBraced(Objective node, Precedence atLeast) =>
        MathMl(node) switch
        {
            (var text, var precedence) when precedence >= atLeast && (precedence != Precedence.Sign || atLeast == Precedence.Sum) => text,
            (var text, _) => Fenced(text),
        };

    static string Fenced(Objective node) => Fenced(MathMl(node).Text);

    static string Fenced(string text) => Row($"<mo>(</mo>{text}<mo>)</mo>");

    static string Row(string parts) => $"<mrow>{parts}</mrow>";

    static string Marked(string text, Tokens tokens) =>
        tokens == Tokens.All ? text : $"<msub>{text}<mi mathvariant=\"normal\">Δ</mi></msub>";

    static string MathLogProb(string model, Cell cell) =>
        Row(
            $"<mi>log</mi><mspace width=\"0.17em\"/><msub><mi>π</mi>{Row(cell.Tokens == Tokens.All ? model : $"{model}<mo>,</mo><mi mathvariant=\"normal\">Δ</mi>")}</msub>{Given(cell)}"
        );

    static string Given(Cell cell)
    {
        var image = (cell.Response, cell.Image) switch
        {
            (_, ImageCondition.NoImage) => "",
            (Side.W, ImageCondition.Match) or (Side.L, ImageCondition.Mismatch) => "<msub><mi>i</mi><mi>w</mi></msub><mo>,</mo>",
            _ => "<msub><mi>i</mi><mi>l</mi></msub><mo>,</mo>",
        };
        return Row($"<mo>(</mo>{MathResponse(cell.Response)}<mo>∣</mo>{image}<mi>q</mi><mo>)</mo>");
    }

    static string MathResponse(Side side) => $"<msub><mi>y</mi><mi>{(side == Side.W ? "w" : "l")}</mi></msub>";

    static (string Text, Precedence Precedence) MathNumber(double number) =>
        number.ToString("R", CultureInfo.InvariantCulture).Split('E') switch
        {
            [var digits, var exponent] => (
                Row(
                    $"<mn>{digits}</mn><mo>·</mo><msup><mn>10</mn><mn>{int.Parse(exponent, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}</mn></msup>"
                ),
                double.IsNegative(number) ? Precedence.Sign : Precedence.Product
            ),
            var plain => ($"<mn>{plain[0]}</mn>", double.IsNegative(number) ? Precedence.Sign : Precedence.Atom),
        };
}
