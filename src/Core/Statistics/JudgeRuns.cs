using System.Collections.Immutable;
using MathNet.Numerics.Statistics;

namespace SVco.Core.Statistics;

/// <summary>Several judgements of the same items: how much of the uncertainty is the judge's, and how much the items'.</summary>
/// <param name="Runs">The mean of each run.</param>
/// <param name="StandardErrorOverItems">Of the mean of the items' means.</param>
/// <param name="JudgeVariance">The mean variance within an item.</param>
/// <param name="ItemVariance">The variance of the items' means less what the judge adds to it; below 0 where the judge explains it all.</param>
public sealed record JudgeRuns(ImmutableArray<double> Runs, double StandardErrorOverItems, double JudgeVariance, double ItemVariance)
{
    int Items { get; init; }

    /// <summary>The mean of the runs.</summary>
    public double Mean => Runs.Average();

    /// <summary>The standard deviation of the runs, dividing by their number, as MM-Vet's script tells it.</summary>
    public double Deviation => Runs.PopulationStandardDeviation();

    /// <summary>The judge's share of the variance of a single judgement, from 0 to 1; not a number where all judgements are equal.</summary>
    public double JudgeShare => JudgeVariance / (JudgeVariance + Math.Max(0, ItemVariance));

    /// <summary>The standard error that the mean of so many runs would have.</summary>
    public double StandardErrorWith(int runs) => Math.Sqrt((ItemVariance + (JudgeVariance / runs)) / Items);

    /// <summary>Takes judgements apart.</summary>
    /// <param name="scores">Each item's scores, as many for each item, at least two.</param>
    public static JudgeRuns Of(IReadOnlyList<IReadOnlyList<double>> scores)
    {
        var runs = scores[0].Count;
        double[] means = [.. scores.Select(item => item.Average())];
        var judge = scores.Average(item => item.Variance());
        return new(
            [.. Enumerable.Range(0, runs).Select(run => scores.Average(item => item[run]))],
            Statistics.StandardError.OfMean(means),
            judge,
            means.Variance() - (judge / runs)
        )
        {
            Items = scores.Count,
        };
    }
}
