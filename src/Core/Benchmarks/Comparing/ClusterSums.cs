namespace SVco.Core.Benchmarks;

/// <summary>
/// The sums over each cluster of a stratum. They are drawn some thousand times from some thousand clusters, hence the plain arrays and loops.
/// </summary>
/// <param name="units">How many units each cluster has.</param>
/// <param name="marks">By model, the sum of each cluster's marks.</param>
/// <param name="below">By model, the sum of each cluster's marks below the line; null where the metric is no ratio.</param>
sealed class ClusterSums(int[] units, double[][] marks, double[][]? below)
{
    /// <summary>The number of clusters.</summary>
    public int Count => units.Length;

    /// <summary>How much more one model's mark is than another's, added up over each cluster.</summary>
    public IEnumerable<double> Differences(int first, int second) => marks[second].Zip(marks[first], (after, before) => after - before);

    /// <summary>A model's mean mark, and its mean below the line (1 where the metric is no ratio).</summary>
    /// <param name="model">The model.</param>
    /// <param name="drawn">The drawn clusters; each once where null.</param>
    public (double Marks, double Below) Means(int model, int[]? drawn)
    {
        var (count, sum, relative) = (0, 0.0, 0.0);
        var (own, ownBelow) = (marks[model], below?[model]);
        for (var i = 0; i < units.Length; i++)
        {
            var cluster = drawn is null ? i : drawn[i];
            count += units[cluster];
            sum += own[cluster];
            relative += ownBelow is null ? 0 : ownBelow[cluster];
        }

        return (sum / count, ownBelow is null ? 1 : relative / count);
    }

    /// <summary>A model's means when some of its clusters are exchanged for another model's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="other">The other.</param>
    /// <param name="isExchanged">Which clusters are.</param>
    public (double Marks, double Below) MeansExchanged(int model, int other, ReadOnlySpan<bool> isExchanged)
    {
        var (count, sum, relative) = (0, 0.0, 0.0);
        for (var i = 0; i < units.Length; i++)
        {
            var counted = isExchanged[i] ? other : model;
            count += units[i];
            sum += marks[counted][i];
            relative += below is null ? units[i] : below[counted][i];
        }

        return (sum / count, relative / count);
    }
}
