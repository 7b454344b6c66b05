using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>A model's verdicts in all benchmarks that it was asked.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Benchmarks">A benchmark each.</param>
public sealed record ModelVerdicts(string Model, ImmutableArray<BenchmarkVerdicts> Benchmarks);

/// <summary>How an entry stands in its column.</summary>
public enum Standing
{
    /// <summary>Neither best nor second.</summary>
    Other,

    /// <summary>The best, and told apart from the next: bold.</summary>
    Best,

    /// <summary>The best, but its lead may be chance (<see cref="ScoreDifference.IsToldApart"/>): bold with a mark, or not bold.</summary>
    BestWithinError,

    /// <summary>The second best: underlined.</summary>
    Second,
}

/// <summary>A column of the table.</summary>
/// <param name="Benchmark">The benchmark's name.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Metric">The metric.</param>
public sealed record TableColumn(string Benchmark, string Domain, Metric Metric);

/// <summary>An entry of the table.</summary>
/// <param name="Score">The score.</param>
/// <param name="Uncertainty">How far it may be off; null where no item has a mark.</param>
/// <param name="Change">The relative change against the base model in percent; null in its own row and where the base is 0.</param>
/// <param name="Difference">Model - base model; null in its own row.</param>
/// <param name="AdjustedP">The difference's p, adjusted over the model's row (Holm).</param>
/// <param name="WithoutImages">The score of the run without images; null where there was none.</param>
/// <param name="VisualDependency">
/// 100 (with - without) / with: how much of the score needs the image. Null where there was no run without, the score is 0, or it should fall.
/// </param>
/// <param name="Standing">How it stands in its column.</param>
public sealed record TableCell(
    Score Score,
    ScoreUncertainty? Uncertainty,
    double? Change,
    ScoreDifference? Difference,
    double? AdjustedP,
    double? WithoutImages,
    double? VisualDependency,
    Standing Standing
);

/// <summary>A model's row.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Cells">An entry for each column; null where the model was not asked.</param>
/// <param name="Improvement">The average improvement; null in the base model's row.</param>
/// <param name="ImprovementStanding">How it stands among the rows that have one.</param>
public sealed record TableRow(
    string Model,
    ImmutableArray<TableCell?> Cells,
    AverageImprovement? Improvement,
    Standing ImprovementStanding
);

/// <summary>The paper's Table 1 with what it leaves out: every metric that the average improvement counts, for a row of models, the base first.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows.</param>
public sealed record TableOne(ImmutableArray<TableColumn> Columns, ImmutableArray<TableRow> Rows)
{
    /// <summary>The table of models.</summary>
    /// <param name="models">The base model first, then the others; benchmarks of one name have the same items and metrics.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <param name="seed">Equal seeds give equal draws.</param>
    public static TableOne Of(IReadOnlyList<ModelVerdicts> models, int resamples = Bootstrap.Resamples, ulong seed = 0)
    {
        var benchmarks = models.SelectMany(model => model.Benchmarks).Select(one => one.Benchmark).DistinctBy(one => one.Name);
        ImmutableArray<TableColumn> columns =
        [
            .. benchmarks.SelectMany(one =>
                one.Metrics.Where(metric => metric.Averaged).Select(metric => new TableColumn(one.Name, one.Domain, metric))
            ),
        ];
        var cells = columns.AsParallel().AsOrdered().Select(column => Column(column, models, resamples, seed)).ToArray();
        AverageImprovement?[] improvements =
        [
            null,
            .. models
                .Skip(1)
                .AsParallel()
                .AsOrdered()
                .Select(model => AverageImprovement.Of(models[0].Benchmarks, model.Benchmarks, resamples, seed)),
        ];
        AverageImprovement[] known = [.. improvements.OfType<AverageImprovement>().Where(one => one.Metrics > 0)];
        var areAlike = known.All(one => one.IsComparableWith(known[0]));
        var standings = Standings(
            [.. improvements.Select(one => areAlike ? one?.Percent : null)],
            (best, next) => improvements[best]!.IsToldApartFrom(improvements[next]!)
        );
        return new(
            columns,
            [
                .. models.Select(
                    (model, row) =>
                        new TableRow(model.Model, Adjusted([.. cells.Select(column => column[row])]), improvements[row], standings[row])
                ),
            ]
        );
    }

    static ImmutableArray<TableCell?> Adjusted(ImmutableArray<TableCell?> cells)
    {
        var adjusted = Holm.Adjusted([.. cells.Select(cell => cell?.Difference?.P ?? double.NaN)]);
        return [.. cells.Zip(adjusted, (cell, p) => cell is null || double.IsNaN(p) ? cell : cell with { AdjustedP = p })];
    }

    static TableCell?[] Column(TableColumn column, IReadOnlyList<ModelVerdicts> models, int resamples, ulong seed)
    {
        var metric = column.Metric;
        BenchmarkVerdicts?[] verdicts =
        [
            .. models.Select(model => model.Benchmarks.FirstOrDefault(one => one.Benchmark.Name == column.Benchmark)),
        ];
        Score?[] scores = [.. verdicts.Select(one => one is null ? null : Score.Of(metric, one.Benchmark.Items, one.Verdicts))];
        var standings = Standings(
            [
                .. scores.Select(score =>
                    score is null ? null
                    : metric.HigherIsBetter ? (double?)score.Value
                    : -score.Value
                ),
            ],
            (best, next) => Between(next, best) is { IsToldApart: true }
        );
        return [.. verdicts.Select((one, row) => one is null ? null : Cell(one, scores[row]!, row))];

        TableCell Cell(BenchmarkVerdicts own, Score score, int row)
        {
            double? without = own.WithoutImages.IsEmpty ? null : Score.Of(metric, own.Benchmark.Items, own.WithoutImages).Value;
            return new(
                score,
                ScoreUncertainty.Of(metric, own.Benchmark.Items, own.Verdicts, resamples, seed),
                row > 0 && scores[0] is { } before ? RelativeChange.Percent(score.Value, before.Value, metric.HigherIsBetter) : null,
                row > 0 && verdicts[0] is not null ? Between(0, row) : null,
                AdjustedP: null,
                without,
                without is { } unseen && metric.HigherIsBetter ? -RelativeChange.Percent(unseen, score.Value, higherIsBetter: true) : null,
                standings[row]
            );
        }

        ScoreDifference? Between(int first, int second) =>
            ScoreDifference.Between(
                metric,
                verdicts[first]!.Benchmark.Items,
                verdicts[first]!.Verdicts,
                verdicts[second]!.Verdicts,
                resamples,
                seed
            );
    }

    /// <summary>How values stand, the highest being the best; of several that are equally high none is told apart.</summary>
    static Standing[] Standings(double?[] values, Func<int, int, bool> isToldApart)
    {
        var ranked = values
            .Index()
            .Where(value => value.Item is { } known && !double.IsNaN(known))
            .GroupBy(value => value.Item!.Value, value => value.Index)
            .OrderByDescending(rank => rank.Key)
            .Select(rank => rank.ToArray())
            .Take(2)
            .ToArray();
        var standings = new Standing[values.Length];
        foreach (var row in ranked.ElementAtOrDefault(1) ?? [])
        {
            standings[row] = Standing.Second;
        }

        if (ranked is [[var only], var next])
        {
            standings[only] = next.All(row => isToldApart(only, row)) ? Standing.Best : Standing.BestWithinError;
        }
        else
        {
            foreach (var row in ranked.ElementAtOrDefault(0) ?? [])
            {
                // Alone in its column it is the best of nothing.
                standings[row] = values.Count(value => value is not null) > 1 ? Standing.BestWithinError : Standing.Other;
            }
        }

        return standings;
    }
}
