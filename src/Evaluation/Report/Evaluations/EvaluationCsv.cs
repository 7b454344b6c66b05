using System.Collections.Immutable;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>The numbers of an evaluation in full precision, for spreadsheets.</summary>
static class EvaluationCsv
{
    /// <summary>The tables: Table 1 with its differences, what is measured beside, categories, domains, average improvements, and perplexities.</summary>
    public static ImmutableArray<ReportTable> Of(EvaluationNumbers numbers) =>
        [TableOne(numbers), Improvements(numbers), Others(numbers), Categories(numbers), Domains(numbers), Perplexities(numbers)];

    static ReportTable TableOne(EvaluationNumbers numbers) =>
        new(
            "table1.csv",
            [
                "model",
                "benchmark",
                "domain",
                "metric",
                "higher is better",
                "score",
                "standard error",
                "95 % low",
                "95 % high",
                "items counted",
                "standing",
                "change against base %",
                "difference to base",
                "difference 95 % low",
                "difference 95 % high",
                "p",
                "p adjusted (Holm)",
                "test",
                "score without images",
                "visual dependency %",
            ],
            [
                .. from row in numbers.Table.Rows
                from entry in row.Cells.Zip(numbers.Table.Columns)
                let cell = entry.First
                where cell is not null
                let column = entry.Second
                select ImmutableArray.Create<object?>([
                    row.Model,
                    column.Benchmark,
                    column.Domain,
                    column.Metric.Name,
                    column.Metric.HigherIsBetter,
                    cell.Score.Value,
                    cell.Uncertainty?.StandardError,
                    cell.Uncertainty?.Interval.Low,
                    cell.Uncertainty?.Interval.High,
                    cell.Score.Counted,
                    cell.Standing,
                    cell.Change,
                    cell.Difference?.Value,
                    cell.Difference?.Interval.Low,
                    cell.Difference?.Interval.High,
                    cell.Difference?.P,
                    cell.AdjustedP,
                    cell.Difference?.Test,
                    cell.WithoutImages,
                    cell.VisualDependency,
                ]),
            ]
        );

    static ReportTable Improvements(EvaluationNumbers numbers) =>
        new(
            "improvement.csv",
            ["model", "average improvement %", "95 % low", "95 % high", "numbers", "standing", "over"],
            [
                .. from row in numbers.Table.Rows
                let change = row.Improvement
                where change is not null
                let interval = change.Interval
                select ImmutableArray.Create<object?>([
                    row.Model,
                    change.Percent,
                    interval.Low,
                    interval.High,
                    change.Metrics,
                    row.ImprovementStanding,
                    string.Join("; ", change.Over.Select(one => $"{one.Benchmark} {one.Metric.Name}")),
                ]),
            ]
        );

    static ReportTable Others(EvaluationNumbers numbers) =>
        new(
            "others.csv",
            ["model", "benchmark", "metric", "higher is better", "score", "standard error", "items counted"],
            [
                .. from other in numbers.Others
                from entry in other.Scores.Zip(numbers.Result.Models)
                where entry.First is not null
                select ImmutableArray.Create<object?>([
                    entry.Second.Name,
                    other.Benchmark,
                    other.Metric.Name,
                    other.Metric.HigherIsBetter,
                    entry.First.Score.Value,
                    entry.First.Uncertainty?.StandardError,
                    entry.First.Score.Counted,
                ]),
            ]
        );

    static ReportTable Categories(EvaluationNumbers numbers) =>
        new(
            "categories.csv",
            ["model", "benchmark", "metric", "category", "items", "score", "standard error"],
            [
                .. from column in numbers.Table.Columns
                from category in numbers.Categories(column)
                from entry in category.Scores.Zip(numbers.Result.Models)
                where entry.First is not null
                select ImmutableArray.Create<object?>([
                    entry.Second.Name,
                    column.Benchmark,
                    column.Metric.Name,
                    category.Name,
                    category.Items,
                    entry.First.Score.Value,
                    entry.First.Uncertainty?.StandardError,
                ]),
            ]
        );

    static ReportTable Domains(EvaluationNumbers numbers) =>
        new(
            "figure1_domains.csv",
            ["domain", "model", "change %", "95 % low", "95 % high", "numbers"],
            [
                .. numbers.Domains.Select(one =>
                    ImmutableArray.Create<object?>([
                        one.Domain,
                        one.Model,
                        one.Change.Percent,
                        one.Change.Interval.Low,
                        one.Change.Interval.High,
                        one.Change.Metrics,
                    ])
                ),
            ]
        );

    static ReportTable Perplexities(EvaluationNumbers numbers) =>
        new(
            "figure2_perplexity.csv",
            ["model", "caption", "tokens", "image", "perplexity", "95 % low", "95 % high", "captions"],
            [
                .. numbers.Perplexities.Select(one =>
                    ImmutableArray.Create<object?>([
                        one.Model,
                        one.Caption,
                        one.Tokens,
                        one.Image,
                        one.Value,
                        one.Interval.Low,
                        one.Interval.High,
                        one.Captions,
                    ])
                ),
            ]
        );
}
