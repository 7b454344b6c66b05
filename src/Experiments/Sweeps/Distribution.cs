using System.Collections.Immutable;
using System.Globalization;
using SVco.Core.Data;
using SVco.Core.Fields;

namespace SVco.Experiments;

/// <summary>What an axis of a random search draws its values from.</summary>
public abstract record Distribution
{
    /// <summary>Significant digits of a drawn number; more would only make it hard to read.</summary>
    const int Digits = 4;

    Distribution() { }

    /// <summary>One of some values, each equally likely.</summary>
    public sealed record Choice(ImmutableArray<string> Values) : Distribution;

    /// <summary>A number between two; a whole one where the field takes whole ones, both ends among them.</summary>
    public sealed record Uniform(double Low, double High) : Distribution;

    /// <summary>A number between two above 0 whose logarithm is uniform: 1e-7 to 1e-6 as likely as 1e-6 to 1e-5.</summary>
    public sealed record LogUniform(double Low, double High) : Distribution;

    /// <summary>The next value.</summary>
    /// <param name="random">Advanced by at least one number.</param>
    /// <param name="isWhole">Whether the field takes whole numbers.</param>
    internal string Draw(SplitMix64 random, bool isWhole) =>
        this switch
        {
            Choice choice => choice.Values[random.Below(choice.Values.Length)],
            Uniform(var low, var high) => isWhole
                ? Text(Math.Clamp(Math.Floor(random.Uniform(low, high + 1)), low, high))
                : Text(Rounded(random.Uniform(low, high), low, high)),
            LogUniform(var low, var high) => Math.Exp(random.Uniform(Math.Log(low), Math.Log(high))) is var drawn && isWhole
                ? Text(Math.Clamp(Math.Round(drawn), low, high))
                : Text(Rounded(drawn, low, high)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    static string Text(double number) => FieldText.Of(number);

    static double Rounded(double number, double low, double high) =>
        Math.Clamp(double.Parse(number.ToString($"G{Digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), low, high);
}
