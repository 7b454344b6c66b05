using System.Collections.Immutable;
using System.Globalization;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>An axis of parallel coordinates.</summary>
/// <param name="Name">What stands above it.</param>
/// <param name="Places">From 0, at the bottom, to 1 for each value.</param>
/// <param name="Ticks">The places and their labels.</param>
sealed record CoordinateAxis(string Name, ImmutableDictionary<string, double> Places, ImmutableArray<(double Place, string Label)> Ticks)
{
    /// <summary>More values than these are not all labelled, and keep their distances.</summary>
    const int MostSteps = 8;

    /// <summary>Numbers whose largest is so many times the smallest are placed by their logarithms.</summary>
    const double Wide = 20;

    /// <summary>
    /// An axis of values: a few are evenly apart in their order, numbers by size; many numbers have the places of their sizes.
    /// </summary>
    public static CoordinateAxis Of(string name, IEnumerable<string> values)
    {
        string[] distinct = [.. values.Distinct()];
        var numbers = distinct.Select(Number).ToArray();
        return numbers.All(number => number is not null) && distinct.Length > MostSteps
            ? Of(name, [.. distinct.Zip(numbers, (text, number) => (text, number!.Value))])
            : Steps(name, numbers.All(number => number is not null) ? [.. distinct.OrderBy(Number)] : distinct);
    }

    /// <summary>An axis of numbers, placed by their sizes.</summary>
    /// <param name="name">What stands above it.</param>
    /// <param name="numbers">The values and their numbers, at least one.</param>
    /// <param name="isReversed">Whether the smallest is at the top.</param>
    public static CoordinateAxis Of(string name, ImmutableArray<(string Text, double Number)> numbers, bool isReversed = false)
    {
        var (low, high) = (numbers.Min(one => one.Number), numbers.Max(one => one.Number));
        var isLogarithmic = low > 0 && high / low >= Wide;
        double Scaled(double number) => isLogarithmic ? Math.Log(number) : number;
        double Place(double number) =>
            high == low ? 0.5
            : (Scaled(number) - Scaled(low)) / (Scaled(high) - Scaled(low)) is var place && isReversed ? 1 - place
            : place;
        double[] ticks = high == low ? [low] : [low, isLogarithmic ? Math.Sqrt(low * high) : (low + high) / 2, high];
        return new(
            name,
            numbers.DistinctBy(one => one.Text).ToImmutableDictionary(one => one.Text, one => Place(one.Number)),
            [.. ticks.Select(tick => (Place(tick), NumberText.Significant(tick)))]
        );
    }

    static CoordinateAxis Steps(string name, string[] ordered)
    {
        double Place(int at) => ordered.Length == 1 ? 0.5 : at / (ordered.Length - 1.0);
        return new(
            name,
            ordered.Index().ToImmutableDictionary(value => value.Item, value => Place(value.Index)),
            [.. ordered.Select((value, at) => (Place(at), value))]
        );
    }

    static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
