using System.Collections.Immutable;
using System.Globalization;
using SVco.Core.Statistics;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>The tables and the figures' numbers of a study, for CSV files.</summary>
public static class ReportTables
{
    /// <summary>All of them; those without rows are left out.</summary>
    /// <param name="study">The study.</param>
    /// <param name="comparison">Its comparison; null without benchmark numbers.</param>
    /// <param name="prefix">What file names begin with, when several studies share a folder.</param>
    public static ImmutableArray<ReportTable> Of(StudyResults study, Comparison? comparison, string prefix)
    {
        ImmutableArray<ReportTable> tables =
        [
            .. comparison is null ? [] : OfComparison(comparison),
            Metrics(study),
            Models(study),
            PerplexityTable(study),
            CurvesTable(study),
            Examples(study),
            Sensitivities(study),
        ];
        return [.. tables.Where(table => !table.Rows.IsEmpty).Select(table => table with { File = prefix + table.File })];
    }

    /// <summary>Caption perplexities with intervals over seeds, in the study's order.</summary>
    public static ImmutableArray<(string Model, string Caption, string Tokens, string Image, Interval Value)> Perplexities(
        StudyResults study
    ) =>
        [
            .. study
                .Perplexities.GroupBy(point => (point.Model, point.Caption, point.Tokens, point.Image))
                .Select(group =>
                    (group.Key.Model, group.Key.Caption, group.Key.Tokens, group.Key.Image, Interval.Of(group.Select(point => point.Value)))
                ),
        ];

    /// <summary>Training curves, averaged over seeds.</summary>
    public static ImmutableArray<(string Model, string Series, int Step, double Value)> Curves(StudyResults study) =>
        [
            .. study
                .Curves.Where(point => double.IsFinite(point.Value))
                .GroupBy(point => (point.Model, point.Series, point.Step))
                .Select(group => (group.Key.Model, group.Key.Series, group.Key.Step, group.Average(point => point.Value))),
        ];

    static readonly ImmutableArray<string> Spread = ["seeds", "mean", "95 % low", "95 % high"];

    static ReportTable Metrics(StudyResults study) =>
        new(
            "metrics.csv",
            ["model", "seed", "benchmark", "category", "domain", "metric", "value", "value without images", "higher is better", "averaged"],
            [
                .. study.Metrics.Select(metric =>
                    ImmutableArray.Create<object?>([
                        metric.Model,
                        metric.Seed,
                        metric.Benchmark,
                        metric.Category,
                        metric.Domain,
                        metric.Metric,
                        metric.Value,
                        metric.NoImageValue,
                        metric.HigherIsBetter,
                        metric.Averaged,
                    ])
                ),
            ]
        );

    static ReportTable Models(StudyResults study) =>
        new(
            "models.csv",
            ["model", "formula", "setting", "value"],
            [
                .. study
                    .Models.Where(model => model.Formula.Length > 0)
                    .SelectMany(model =>
                        model
                            .Settings.Append(new("seeds", string.Join(' ', model.Seeds)))
                            .Append(new("seconds", model.Seconds.ToString(CultureInfo.InvariantCulture)))
                            .Select(setting => ImmutableArray.Create<object?>(model.Name, model.Formula, setting.Name, setting.Value))
                    ),
            ]
        );

    static ReportTable PerplexityTable(StudyResults study) =>
        new(
            "figure2_perplexity.csv",
            ["model", "caption", "tokens", "image", .. Spread],
            [.. Perplexities(study).Select(point => Row([point.Model, point.Caption, point.Tokens, point.Image], point.Value))]
        );

    static ReportTable CurvesTable(StudyResults study) =>
        new(
            "curves.csv",
            ["model", "series", "step", "mean over seeds"],
            [.. Curves(study).Select(point => ImmutableArray.Create<object?>(point.Model, point.Series, point.Step, point.Value))]
        );

    static ReportTable Examples(StudyResults study) =>
        new(
            "examples.csv",
            ["benchmark", "picture", "prompt", "expected", "model", "answer", "score"],
            [
                .. study.Examples.SelectMany(example =>
                    example.Answers.Select(answer =>
                        ImmutableArray.Create<object?>([
                            example.Benchmark,
                            example.Picture,
                            example.Prompt,
                            example.Expected,
                            answer.Model,
                            answer.Text,
                            answer.Score,
                        ])
                    )
                ),
            ]
        );

    static ReportTable Sensitivities(StudyResults study) =>
        new(
            "sensitivity.csv",
            ["model", "picture", "condition", "prompt", "position", "token", "nats"],
            [
                .. study.Sensitivities.SelectMany(response =>
                    response
                        .Tokens.Zip(response.Values)
                        .Select(
                            (token, position) =>
                                ImmutableArray.Create<object?>([
                                    response.Model,
                                    response.Picture,
                                    response.Condition,
                                    response.Prompt,
                                    position,
                                    token.First,
                                    token.Second,
                                ])
                        )
                ),
            ]
        );

    static IEnumerable<ReportTable> OfComparison(Comparison study) =>
        [
            Table1(study),
            new(
                "improvement.csv",
                ["model", .. Spread],
                [.. study.Models.Where(study.Improvements.ContainsKey).Select(model => Row([model], study.Improvement(model)))]
            ),
            new(
                "figure1_domains.csv",
                ["domain", "model", .. Spread],
                [.. study.Domains.Select(point => Row([point.Domain, point.Model], point.Change))]
            ),
            new(
                "figure6_dependency.csv",
                ["model", "benchmark", "visual dependency %", .. Spread],
                [
                    .. study
                        .Wholes.Where(column => column.Averaged && column.Dependency is not null)
                        .SelectMany(column =>
                            study
                                .Models.Where(column.Changes.ContainsKey)
                                .Select(model => Row([model, column.Benchmark, column.Dependency], column.Changes[model]))
                        ),
                ]
            ),
        ];

    static ReportTable Table1(Comparison study) =>
        new(
            "table1.csv",
            ["model", "benchmark", "category", "domain", "metric", "higher is better", "averaged", "rank", .. Spread],
            [
                .. study.Columns.SelectMany(column =>
                    study
                        .Models.Prepend(study.Base)
                        .Where(column.Values.ContainsKey)
                        .Select(model =>
                            Row(
                                [
                                    model,
                                    column.Benchmark,
                                    column.Category,
                                    column.Domain,
                                    column.Metric,
                                    column.HigherIsBetter,
                                    column.Averaged,
                                    column.Rank(model),
                                ],
                                column.Values[model]
                            )
                        )
                ),
            ]
        );

    static ImmutableArray<object?> Row(IEnumerable<object?> keys, Interval value) =>
        [.. keys, value.Count, value.Mean, value.HalfWidth is null ? null : value.Low, value.HalfWidth is null ? null : value.High];
}
