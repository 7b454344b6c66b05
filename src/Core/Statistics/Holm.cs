using System.Collections.Immutable;

namespace SVco.Core.Statistics;

/// <summary>Many tests at once: of twenty differences that are none, one would look like one (Holm, Scandinavian Journal of Statistics 6, 1979).</summary>
public static class Holm
{
    /// <summary>
    /// The p-values so adjusted that calling all below a limit different is wrong at all with at most that probability: the smallest times m,
    /// the next times m - 1 and so on, none smaller than the one before nor above 1.
    /// </summary>
    /// <param name="values">p-values in any order; one that is not a number is no test and stays.</param>
    public static ImmutableArray<double> Adjusted(IReadOnlyList<double> values)
    {
        var adjusted = values.ToArray();
        var tests = values.Index().Where(value => !double.IsNaN(value.Item)).OrderBy(value => value.Item).ToArray();
        var before = 0.0;
        foreach (var (rank, test) in tests.Index())
        {
            before = Math.Max(before, Math.Min(1, (tests.Length - rank) * test.Item));
            adjusted[test.Index] = before;
        }

        return [.. adjusted];
    }
}
