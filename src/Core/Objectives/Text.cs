using System.Diagnostics;
using System.Globalization;

namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>The formula as a script or <c>--objective</c> takes it back; <see cref="Parse"/> gives an equal objective.</summary>
    public sealed override string ToString() =>
        Leaves().Any(IsSelected) && Leaves().All(leaf => leaf is Constant || IsSelected(leaf))
            ? $"{Wrapped(Over(Tokens.All), Precedence.Atom)}.Over(Tokens.{Tokens.Contrast})"
            : Text(this).Text;

    static bool IsSelected(Objective leaf) => leaf is LogProb { Cell.Tokens: Tokens.Contrast } or Length { Tokens: Tokens.Contrast };

    enum Precedence
    {
        Sum,
        Product,
        Sign,
        Atom,
    }

    static (string Text, Precedence Precedence) Text(Objective node) =>
        node switch
        {
            _ when AsLogRatio(node) is { } cell => ($"r.{cell}", Precedence.Atom),
            Constant(var number) => (NumberText(number), double.IsNegative(number) ? Precedence.Sign : Precedence.Atom),
            LogProb(ModelRole.Policy, var cell) => ($"pi.{cell}", Precedence.Atom),
            LogProb(_, var cell) => ($"reference.{cell}", Precedence.Atom),
            Length(var response, Tokens.All) => ($"length.{response}", Precedence.Atom),
            Length(var response, var tokens) => ($"length.{response}.Over(Tokens.{tokens})", Precedence.Atom),
            Add(var left, var right) => Infix(left, "+", right, Precedence.Sum),
            Subtract(var left, var right) => Infix(left, "-", right, Precedence.Sum),
            Multiply(var left, var right) => Infix(left, "*", right, Precedence.Product),
            Divide(var left, var right) => Infix(left, "/", right, Precedence.Product),
            // A sign before a bare number would read as a negative number.
            Negate(Constant operand) => ($"-({Text(operand).Text})", Precedence.Sign),
            Negate(var operand) => ($"-{Wrapped(operand, Precedence.Atom)}", Precedence.Sign),
            LogSigmoid(var operand) => ($"LogSigmoid({Text(operand).Text})", Precedence.Atom),
            Square(var operand) => ($"Square({Text(operand).Text})", Precedence.Atom),
            TokenMean(var numerator, var count) => ($"TokenMean({Text(numerator).Text}, {Text(count).Text})", Precedence.Atom),
            _ => throw new UnreachableException(),
        };

    static (string, Precedence) Infix(Objective left, string sign, Objective right, Precedence precedence) =>
        ($"{Wrapped(left, precedence)} {sign} {Wrapped(right, precedence + 1)}", precedence);

    static string Wrapped(Objective node, Precedence atLeast) =>
        Text(node) switch
        {
            (var text, var precedence) when precedence >= atLeast => text,
            (var text, _) => $"({text})",
        };

    /// <summary>With a point or exponent, since 1 / 2 is 0 in C#.</summary>
    static string NumberText(double number) =>
        number.ToString("R", CultureInfo.InvariantCulture) is var digits && digits.AsSpan().ContainsAny('.', 'E') ? digits : $"{digits}.0";
}
