using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>
/// What a metric is a mean of, for one model or for several on the same items: units (items, or groups that count as their worst item) in
/// strata (categories, with what each weighs) and in clusters (units with a group or an image in common). Only units that every model has a
/// mark for are in.
/// </summary>
sealed class MarkedUnits
{
    /// <summary>A unit: the models' marks, and the marks that they are relative to (1 where the metric is not).</summary>
    sealed record Unit(string Stratum, ImmutableArray<string> Items, int Cluster, double[] Marks, double[] Below);

    /// <summary>Units of a category: the clusters' sums are what is drawn. The layout names the items of each cluster.</summary>
    sealed record Stratum(double Weight, Unit[] Units, ClusterSums Clusters, string Layout);

    readonly Stratum[] strata;
    readonly double scale;
    readonly bool isRatio;

    MarkedUnits(Stratum[] strata, double scale, bool isRatio) => (this.strata, this.scale, this.isRatio) = (strata, scale, isRatio);

    /// <summary>The number of units.</summary>
    public int Count => strata.Sum(stratum => stratum.Units.Length);

    /// <summary>The number of clusters in each stratum.</summary>
    public ImmutableArray<int> Clusters => [.. strata.Select(stratum => stratum.Clusters.Count)];

    /// <summary>Whether every unit is right or wrong, alone, and of equal weight, so that counting them is all there is to do.</summary>
    public bool AreCounts =>
        !isRatio
        && strata is [var only]
        && only.Clusters.Count == only.Units.Length
        && only.Units.All(unit => unit.Marks.All(mark => mark is 0 or 1));

    /// <summary>Whether every mark is from 0 to 1, and so the value too.</summary>
    public bool AreShares => !isRatio && strata.All(stratum => stratum.Units.All(unit => unit.Marks.All(mark => mark is >= 0 and <= 1)));

    /// <summary>Names which items are drawn together: metrics with the same layout can share a draw.</summary>
    public string Layout => string.Join('\n', strata.Select(stratum => stratum.Layout));

    /// <summary>The units of a metric.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="items">The benchmark's items.</param>
    /// <param name="models">Each model's verdicts.</param>
    public static MarkedUnits Of(Metric metric, IReadOnlyList<Item> items, params IReadOnlyList<IEnumerable<Verdict>> models)
    {
        var byModel = models.Select(model => MetricUnit.Of(metric, items, model.ToLookup(verdict => verdict.Item))).ToArray();
        var marked = Enumerable
            .Range(0, byModel[0].Length)
            .Select(unit => byModel.Select(model => model[unit]).ToArray())
            .Where(unit => unit.All(model => model.IsMarked))
            .ToArray();
        var clusters = Benchmarks.Clusters.Of([.. marked.Select(unit => unit[0].Items)]);
        var weights = CategoryWeights.Of(marked.Select(unit => unit[0].Stratum));
        return new(
            [
                .. marked
                    .Zip(
                        clusters,
                        (unit, cluster) =>
                            new Unit(
                                unit[0].Stratum,
                                [.. unit[0].Items.Select(item => item.Id)],
                                cluster,
                                [.. unit.Select(model => model.Mark!.Value)],
                                [.. unit.Select(model => model.Below!.Value)]
                            )
                    )
                    .GroupBy(unit => unit.Stratum)
                    .Select(stratum => StratumOf(weights[stratum.Key], [.. stratum], models.Count, metric.RelativeTo is not null)),
            ],
            metric.Scale,
            metric.RelativeTo is not null
        );
    }

    static Stratum StratumOf(double weight, Unit[] units, int models, bool isRatio)
    {
        var clusters = units.GroupBy(unit => unit.Cluster).Select(cluster => cluster.ToArray()).ToArray();
        return new(
            weight,
            units,
            new(
                [.. clusters.Select(cluster => cluster.Length)],
                SumsByModel(unit => unit.Marks),
                isRatio ? SumsByModel(unit => unit.Below) : null
            ),
            string.Join('\r', clusters.Select(cluster => string.Join('\t', cluster.SelectMany(unit => unit.Items))))
        );

        double[][] SumsByModel(Func<Unit, double[]> values) =>
            [
                .. Enumerable
                    .Range(0, models)
                    .Select(model => clusters.Select(cluster => cluster.Sum(unit => values(unit)[model])).ToArray()),
            ];
    }

    /// <summary>A model's value.</summary>
    /// <param name="model">The model's index.</param>
    /// <param name="drawn">The clusters that are drawn from each stratum; each once where null.</param>
    public double Value(int model, int[][]? drawn = null)
    {
        var (above, below) = (0.0, 0.0);
        for (var at = 0; at < strata.Length; at++)
        {
            var (marks, relative) = strata[at].Clusters.Means(model, drawn?[at]);
            above += strata[at].Weight * marks;
            below += strata[at].Weight * relative;
        }

        return scale * above / below;
    }

    double Exchanged(int model, int other, bool[] isExchanged)
    {
        var (above, below, first) = (0.0, 0.0, 0);
        foreach (var stratum in strata)
        {
            var (marks, relative) = stratum.Clusters.MeansExchanged(model, other, isExchanged.AsSpan(first, stratum.Clusters.Count));
            above += stratum.Weight * marks;
            below += stratum.Weight * relative;
            first += stratum.Clusters.Count;
        }

        return scale * above / below;
    }

    /// <summary>The standard error of a model's value, by strata and clusters; of a ratio by the delta method.</summary>
    public double StandardError(int model) => StandardErrorOf(Influences(model));

    /// <summary>The standard error of the difference of two models.</summary>
    public double StandardErrorOfDifference(int first, int second) =>
        StandardErrorOf([
            .. Influences(first).Zip(Influences(second), (one, other) => one.Zip(other, (before, after) => after - before).ToArray()),
        ]);

    /// <summary>The p of the difference of two models: their results in a cluster exchanged.</summary>
    public double ExchangeP(int first, int second, ulong seed) =>
        isRatio
            ? Permutation.Swap(
                Clusters.Sum(),
                exchanged => Exchanged(second, first, exchanged) - Exchanged(first, second, exchanged),
                seed: seed
            )
            : Permutation.SignFlip(
                [
                    .. strata.SelectMany(stratum =>
                        stratum.Clusters.Differences(first, second).Select(difference => stratum.Weight * difference / stratum.Units.Length)
                    ),
                ],
                seed: seed
            );

    /// <summary>Which units each of two models has right.</summary>
    public McNemar Counts(int first, int second) =>
        McNemar.Of(strata.SelectMany(stratum => stratum.Units).Select(unit => (unit.Marks[first] == 1, unit.Marks[second] == 1)));

    /// <summary>What each unit adds to the error of its stratum's mean.</summary>
    double[][] Influences(int model)
    {
        if (!isRatio)
        {
            return [.. strata.Select(stratum => stratum.Units.Select(unit => scale * unit.Marks[model]).ToArray())];
        }

        var ratio = Value(model);
        var below = strata.Sum(stratum => stratum.Weight * stratum.Units.Average(unit => unit.Below[model]));
        return
        [
            .. strata.Select(stratum =>
                stratum.Units.Select(unit => ((scale * unit.Marks[model]) - (ratio * unit.Below[model])) / below).ToArray()
            ),
        ];
    }

    double StandardErrorOf(double[][] influences) =>
        WeightedStrata.StandardError(
            strata.Zip(
                influences,
                (stratum, values) => new Statistics.Stratum(stratum.Weight, [.. values], [.. stratum.Units.Select(unit => unit.Cluster)])
            )
        );
}
