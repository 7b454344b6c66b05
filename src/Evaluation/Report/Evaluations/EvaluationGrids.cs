using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>The tables of an evaluation.</summary>
static class EvaluationGrids
{
    /// <summary>Table 1: models by the numbers that the average improvement counts.</summary>
    public static Grid TableOne(EvaluationNumbers numbers)
    {
        var table = numbers.Table;
        return new(
            $"Table 1 of {numbers.Result.Name}",
            $"In %, where nothing else is said; the error counts items with an image or a group in common as one. {Grid.Signs} A rate that should fall (↓) counts inversely in the average improvement over {numbers.Base}.",
            "model",
            [
                .. table.Columns.Select(column => new GridHead(
                    column.Benchmark,
                    $"{column.Metric.Name}{Arrow(column.Metric)}",
                    column.Domain,
                    EvaluationNotes.MarkOf(numbers, column)
                )),
                new("average improvement", "relative, %", Mark: EvaluationNotes.MarkOfImprovements(numbers)),
            ],
            [
                .. table.Rows.Select(row => new GridRow(
                    EvaluationNotes.NameOf(numbers, row.Model),
                    [
                        .. row.Cells.Select((cell, at) => cell is null ? GridCell.None : Of(numbers, table.Columns[at], cell)),
                        row.Improvement is { } change ? Improvement(change, row.ImprovementStanding) : GridCell.None,
                    ]
                )),
                new("items counted", [.. table.Columns.Select((_, at) => new GridCell(Counted(table, at))), new("")]),
            ]
        );
    }

    static GridCell Of(EvaluationNumbers numbers, TableColumn column, TableCell cell) =>
        Of(
            new(cell.Score, cell.Uncertainty),
            column.Metric,
            cell.Standing,
            EvaluationNotes.MarkOf(cell.Score, column.Metric, EvaluationNotes.ItemsOf(numbers, column.Benchmark))
        );

    static GridCell Of(MeasuredScore? measured, Metric metric, Standing standing = Standing.Other, string mark = "")
    {
        var digits = DigitsOf(metric);
        return measured is null
            ? GridCell.None
            : new(
                NumberText.Of(measured.Score.Value, digits),
                measured.Uncertainty is { } one ? Error(one.StandardError, digits) : "",
                measured.Uncertainty is { } other ? Range(other.Interval, digits) : "",
                standing,
                mark
            );
    }

    static string Counted(TableOne table, int column)
    {
        int[] counts = [.. table.Rows.Select(row => row.Cells[column]).OfType<TableCell>().Select(cell => cell.Score.Counted)];
        return counts.Distinct().Count() == 1 ? $"{counts[0]}" : $"{counts.Min()}–{counts.Max()}";
    }

    const string DifferencesCaption =
        "On the items that both have a mark for; in %: relative to before, as Table 1 has it. The interval is the bootstrap's (95 %, items with an image or a group in common drawn together), p by McNemar's exact test or by exchanging the two models' results, adjusted over a table (Holm). Can show: the smallest difference that as many items find four times in five. A single cluster of items with an image or a group in common has no interval.";

    /// <summary>Each model against the base model, number by number; the last table says how to read them.</summary>
    public static ImmutableArray<Grid> Differences(EvaluationNumbers numbers)
    {
        TableRow[] rows = [.. numbers.Table.Rows.Skip(1).Where(row => row.Cells.Any(cell => cell?.Difference is not null))];
        return [.. rows.Select(row => Differences(numbers, row, row == rows[^1] ? DifferencesCaption : ""))];
    }

    static Grid Differences(EvaluationNumbers numbers, TableRow row, string caption) =>
        new(
            $"{row.Model} against {numbers.Base}",
            caption,
            "number",
            [
                new("before"),
                new("after"),
                new("change"),
                new("95 % interval"),
                new("in %"),
                new("p"),
                new("p, Holm"),
                new("test", IsText: true),
                new("items"),
                new("can show"),
            ],
            [
                .. row
                    .Cells.Zip(numbers.Table.Columns)
                    .Where(entry => entry.First?.Difference is not null)
                    .Select(entry => Difference(entry.Second, entry.First!, entry.First!.Difference!)),
            ]
        );

    static GridRow Difference(TableColumn column, TableCell cell, ScoreDifference difference)
    {
        var digits = DigitsOf(column.Metric);
        return new(
            $"{EvaluationNotes.Name(column)}{Arrow(column.Metric)}",
            [
                new(NumberText.Of(difference.First, digits)),
                new(NumberText.Of(difference.Second, digits)),
                new(NumberText.Signed(difference.Value, digits)),
                new(Range(difference.Interval, digits) is { Length: > 0 } range ? range : "–"),
                new(cell.Change is { } change ? NumberText.Signed(change) : "–"),
                new(NumberText.Probability(difference.P)),
                new(cell.AdjustedP is { } adjusted ? NumberText.Probability(adjusted) : "–"),
                new(difference.Test == DifferenceTest.McNemar ? "McNemar" : "exchange"),
                new($"{difference.Units}"),
                new(NumberText.Of(difference.Detectable, digits)),
            ]
        );
    }

    /// <summary>The numbers of Table 1 by the official and the corrected rule, where they differ; none where they nowhere do.</summary>
    public static ImmutableArray<Grid> BothRules(EvaluationNumbers numbers)
    {
        TableColumn[] columns = [.. numbers.Table.Columns.Where(column => RuleNumbers.Differ(numbers, column))];
        return columns.Length == 0
            ? []
            :
            [
                new(
                    "By both rules",
                    "The official rule is that of the benchmark's own script; the corrected one has its known slips mended. Table 1 and the average improvement count the one with the sign ●.",
                    "number",
                    [
                        .. numbers.Result.Models.SelectMany(model =>
                            new[] { "official", "corrected" }.Select(rule => new GridHead(model.Name, rule))
                        ),
                    ],
                    [.. columns.Select(Row)]
                ),
            ];

        GridRow Row(TableColumn column)
        {
            var at = numbers.Table.Columns.IndexOf(column);
            var beside = RuleNumbers.Beside(numbers, column)!;
            return new(
                EvaluationNotes.Name(column),
                [
                    .. numbers.Table.Rows.SelectMany(
                        (row, model) =>
                        {
                            var main = Of(row.Cells[at] is { } cell ? new(cell.Score, cell.Uncertainty) : null, column.Metric, mark: "●");
                            var other = Of(beside.Scores[model], beside.Metric);
                            return RuleNumbers.IsOfficial(column.Metric) ? new[] { main, other } : [other, main];
                        }
                    ),
                ]
            );
        }
    }

    /// <summary>What is measured beside Table 1; none where there is nothing.</summary>
    public static ImmutableArray<Grid> Others(EvaluationNumbers numbers)
    {
        var others = RuleNumbers.Rest(numbers);
        return others.IsEmpty
            ? []
            :
            [
                new(
                    "Also measured",
                    "The average improvement does not count these.",
                    "number",
                    Models(numbers),
                    [
                        .. others.Select(other => new GridRow(
                            $"{other.Benchmark} {other.Metric.Name}{Arrow(other.Metric)}",
                            [.. other.Scores.Select(score => Of(score, other.Metric))]
                        )),
                    ]
                ),
            ];
    }

    /// <summary>What several runs or judgements of the same items say; none where there was one.</summary>
    public static ImmutableArray<Grid> Spreads(EvaluationNumbers numbers)
    {
        ImmutableArray<GridRow> rows =
        [
            .. from column in numbers.Table.Columns.Index()
            from row in numbers.Table.Rows
            let cell = row.Cells[column.Index]
            where cell is { Score.Runs.Length: > 1 }
            select Spread(numbers, column.Item, row.Model, cell.Score),
        ];
        return rows.IsEmpty
            ? []
            :
            [
                new(
                    "Spread over runs",
                    "A run is an answer that was drawn, or a judgement of one. The deviation is that of the runs' values, dividing by their number. Within items: how much of the variance of a single mark lies within the items, between their runs; of answers that are judged several times that is the judge's, and the rest the items' own. – where a number is no plain mean over items, or not every item has a mark in each run.",
                    "number",
                    [new("model", IsText: true), new("runs", IsText: true), new("standard deviation"), new("within items", "%")],
                    rows
                ),
            ];
    }

    static GridRow Spread(EvaluationNumbers numbers, TableColumn column, string model, Score score)
    {
        var digits = DigitsOf(column.Metric);
        var asked = numbers.Result.Models.First(one => one.Name == model).Benchmarks.First(one => one.Benchmark.Name == column.Benchmark);
        var runs = ScoreRuns.Of(column.Metric, asked.Benchmark.Items, asked.WithImages.Verdicts);
        return new(
            EvaluationNotes.Name(column),
            [
                new(model),
                new(string.Join(", ", score.Runs.Select(value => NumberText.Of(value, digits)))),
                new(NumberText.Of(score.Deviation, digits)),
                new(NumberText.Of(100 * runs?.JudgeShare ?? double.NaN)),
            ]
        );
    }

    /// <summary>How much of each score needs the image; none where nothing was asked without images.</summary>
    public static ImmutableArray<Grid> Dependencies(EvaluationNumbers numbers) =>
        numbers.Table.Rows.All(row => row.Cells.All(cell => cell?.WithoutImages is null))
            ? []
            :
            [
                new(
                    "Without images",
                    "The score of the run without images; below it the visual dependency, 100 (with − without) / with, where higher is better.",
                    "number",
                    Models(numbers),
                    [
                        .. numbers
                            .Table.Columns.Index()
                            .Where(column => numbers.Table.Rows.Any(row => row.Cells[column.Index]?.WithoutImages is not null))
                            .Select(column => new GridRow(
                                $"{EvaluationNotes.Name(column.Item)}{Arrow(column.Item.Metric)}",
                                [.. numbers.Table.Rows.Select(row => Unseen(row.Cells[column.Index], column.Item.Metric))]
                            )),
                    ]
                ),
            ];

    static GridCell Unseen(TableCell? cell, Metric metric) =>
        cell?.WithoutImages is { } without
            ? new(NumberText.Of(without, DigitsOf(metric)), cell.VisualDependency is { } dependency ? $"{NumberText.Of(dependency)} %" : "")
            : GridCell.None;

    /// <summary>What speaks for each of a run's checkpoints; none where they are not a run's.</summary>
    public static ImmutableArray<Grid> Choices(EvaluationNumbers numbers) =>
        numbers.Choice is not { } choice
            ? []
            :
            [
                new(
                    choice.Best.Percent > 0
                        ? $"The checkpoint to use: {choice.Chosen}{(choice.IsToldApart ? "" : " (its lead over the next may be chance)")}"
                        : $"No checkpoint is better than {numbers.Base}; the nearest is {choice.Chosen}",
                    choice.Share is { } share
                        ? $"Chosen by the average improvement on {NumberText.Of(100 * share)} % of each benchmark's items; on the others it is measured as if nothing had been chosen."
                        : "Chosen by the average improvement on all items, as in the paper. The same items choose and measure, so that its score is rather too high; --choose-on 0.3 lets a part choose.",
                    "checkpoint",
                    [
                        new(choice.Share is null ? "average improvement" : "where it is chosen", "relative, %"),
                        .. choice.Share is null ? Array.Empty<GridHead>() : [new("on the others", "relative, %")],
                    ],
                    [.. choice.Checkpoints.Select(one => Row(choice, one))]
                ),
            ];

    static GridRow Row(CheckpointChoice choice, ChosenBy one) =>
        new(
            one.Model,
            [
                Improvement(
                    one.Choosing,
                    one.Model != choice.Chosen ? Standing.Other
                        : choice.IsToldApart ? Standing.Best
                        : Standing.BestWithinError
                ),
                .. one.Others is { } others ? [Improvement(others, Standing.Other)] : Array.Empty<GridCell>(),
            ]
        );

    static GridCell Improvement(AverageImprovement change, Standing standing) =>
        new(NumberText.Signed(change.Percent), Error(change.Samples.StandardError, 1), Range(change.Interval, 1), standing);

    /// <summary>The numbers of Table 1 by category; a table for each number whose benchmark has several.</summary>
    public static ImmutableArray<Grid> Categories(EvaluationNumbers numbers) =>
        [
            .. from column in numbers.Table.Columns
            let categories = numbers.Categories(column)
            where !categories.IsEmpty
            select new Grid(
                $"{EvaluationNotes.Name(column)} by category",
                "",
                "category",
                Models(numbers).Insert(0, new("items")),
                [
                    .. categories.Select(category => new GridRow(
                        category.Name,
                        [new($"{category.Items}"), .. category.Scores.Select(score => Of(score, column.Metric))]
                    )),
                ]
            ),
        ];

    static ImmutableArray<GridHead> Models(EvaluationNumbers numbers) =>
        [.. numbers.Result.Models.Select(model => new GridHead(model.Name))];

    /// <summary>Marks of a judge need two digits after the point, percents one.</summary>
    public static int DigitsOf(Metric metric) => metric.Scale == 1 ? 2 : 1;

    /// <summary>Stands on the line of the word before it.</summary>
    static string Arrow(Metric metric) => metric.HigherIsBetter ? "\u00A0↑" : "\u00A0↓";

    static string Error(double error, int digits) => double.IsNaN(error) ? "" : $"±{NumberText.Of(error, digits)}";

    static string Range(Bounds bounds, int digits) =>
        double.IsNaN(bounds.Low) || double.IsNaN(bounds.High)
            ? ""
            : $"{NumberText.Of(bounds.Low, digits)} to {NumberText.Of(bounds.High, digits)}";
}
