using System.Diagnostics;
using System.Globalization;

namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>The formula in LaTeX's mathematics mode, in the paper's symbols; tokens that differ are marked by a Delta.</summary>
    public string ToLatex() => Latex(this).Text;

    static (string Text, Precedence Precedence) Latex(Objective node) =>
        node switch
        {
            _ when AsLogRatio(node) is { } cell => ($"r{Mark(cell.Tokens)}({Condition(cell)})", Precedence.Atom),
            Constant(var number) => LatexNumber(number),
            LogProb(ModelRole.Policy, var cell) => (@$"\log \pi_{{\theta{Delta(cell.Tokens)}}}({Condition(cell)})", Precedence.Product),
            LogProb(_, var cell) => (@$"\log \pi_{{\mathrm{{ref}}{Delta(cell.Tokens)}}}({Condition(cell)})", Precedence.Product),
            Length(var response, var tokens) => (@$"\lvert {ResponseText(response)} \rvert{Mark(tokens)}", Precedence.Atom),
            Add(var left, Negate(var right)) => ($"{Braced(left, Precedence.Sum)} - {Braced(right, Precedence.Product)}", Precedence.Sum),
            Add(var left, var right) => ($"{Braced(left, Precedence.Sum)} + {Braced(right, Precedence.Product)}", Precedence.Sum),
            Subtract(var left, var right) => ($"{Braced(left, Precedence.Sum)} - {Braced(right, Precedence.Product)}", Precedence.Sum),
            Multiply(var left, var right) => (
                @$"{Braced(left, Precedence.Product)} \cdot {Braced(right, Precedence.Atom)}",
                Precedence.Product
            ),
            Divide(var left, var right) => (@$"\frac{{{left.ToLatex()}}}{{{right.ToLatex()}}}", Precedence.Atom),
            Negate(var operand) => ($"-{Braced(operand, Precedence.Product)}", Precedence.Sign),
            LogSigmoid(var operand) => (@$"\log \sigma\left({operand.ToLatex()}\right)", Precedence.Product),
            Square(var operand) => (@$"\left({operand.ToLatex()}\right)^2", Precedence.Atom),
            TokenMean(var numerator, var count) => (
                @$"\frac{{n \cdot {Braced(numerator, Precedence.Atom)}}}{{\sum_{{\mathrm{{batch}}}} {Braced(count, Precedence.Atom)}}}",
                Precedence.Atom
            ),
            _ => throw new UnreachableException(),
        };

    static string Braced(Objective node, Precedence atLeast) =>
        Latex(node) switch
        {
            (var text, var precedence) when precedence >= atLeast && (precedence != Precedence.Sign || atLeast == Precedence.Sum) => text,
            (var text, _) => @$"\left({text}\right)",
        };

    static string Condition(Cell cell) =>
        (cell.Response, cell.Image) switch
        {
            (var response, ImageCondition.NoImage) => @$"{ResponseText(response)} \mid q",
            (Side.W, ImageCondition.Match) or (Side.L, ImageCondition.Mismatch) => @$"{ResponseText(cell.Response)} \mid i_w, q",
            _ => @$"{ResponseText(cell.Response)} \mid i_l, q",
        };

    static string ResponseText(Side side) => side == Side.W ? "y_w" : "y_l";

    static string Delta(Tokens tokens) => tokens == Tokens.All ? "" : @", \Delta";

    static string Mark(Tokens tokens) => tokens == Tokens.All ? "" : @"_{\Delta}";

    static (string Text, Precedence Precedence) LatexNumber(double number) =>
        number.ToString("R", CultureInfo.InvariantCulture).Split('E') switch
        {
            [var digits, var exponent] => (
                @$"{digits} \cdot 10^{{{int.Parse(exponent, CultureInfo.InvariantCulture)}}}",
                double.IsNegative(number) ? Precedence.Sign : Precedence.Product
            ),
            var plain => (plain[0], double.IsNegative(number) ? Precedence.Sign : Precedence.Atom),
        };
}
