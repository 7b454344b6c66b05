using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>The metrics of a benchmark whose graders mark by two rules: those of the behaviour's rule first, which alone count for averages.</summary>
static class BothRules
{
    /// <summary>The share of answers in which no option was found; it explains a low number.</summary>
    public static Metric Unread { get; } =
        new("unread answers", Marks.Unread, HigherIsBetter: false, Averaged: false) { Over = Over.Items };

    /// <summary>The metrics by both rules.</summary>
    /// <param name="official">Those of the official rule; the corrected rule's marks have the same names with "corrected" for "official".</param>
    public static Func<Behaviour, ImmutableArray<Metric>> Of(params ImmutableArray<Metric> official) =>
        behaviour =>
            behaviour == Behaviour.Official
                ? [.. official, .. official.Where(IsOfRule).Select(metric => Beside(Corrected(metric), "corrected rule"))]
                : [.. official.Select(Corrected), .. official.Where(IsOfRule).Select(metric => Beside(metric, "official rule"))];

    static bool IsOfRule(Metric metric) => metric.Mark.StartsWith(Marks.Official, StringComparison.Ordinal);

    static Metric Corrected(Metric metric) =>
        metric with
        {
            Mark = metric.Mark.Replace(Marks.Official, Marks.Corrected, StringComparison.Ordinal),
            RelativeTo = metric.RelativeTo?.Replace(Marks.Official, Marks.Corrected, StringComparison.Ordinal),
        };

    static Metric Beside(Metric metric, string rule) => metric with { Name = $"{metric.Name} ({rule})", Averaged = false };
}
