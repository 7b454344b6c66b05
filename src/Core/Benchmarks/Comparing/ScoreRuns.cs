using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>How much of a score's uncertainty is the judge's.</summary>
public static class ScoreRuns
{
    /// <summary>
    /// The judge's and the items' variance in a metric, in its unit; null unless every item that the metric counts has a mark in each of the same
    /// two or more runs, and where it is not a mean over items (a ratio, or one over categories).
    /// </summary>
    /// <param name="metric">The metric.</param>
    /// <param name="items">The benchmark's items.</param>
    /// <param name="verdicts">Several for each item.</param>
    public static JudgeRuns? Of(Metric metric, IReadOnlyList<Item> items, IEnumerable<Verdict> verdicts)
    {
        if (metric is not { Over: Over.Items, RelativeTo: null })
        {
            return null;
        }

        var marked = verdicts.Where(verdict => verdict.Marks.ContainsKey(metric.Mark)).ToLookup(verdict => verdict.Item);
        Verdict[][] scores =
        [
            .. items
                .Where(item => metric.Only is not { } tag || item.Tags.Contains(tag))
                .Select(item => marked[item.Id].OrderBy(verdict => verdict.Run).ToArray()),
        ];
        var runs = scores.FirstOrDefault([]).Select(verdict => verdict.Run).ToArray();
        return scores.Length > 1 && runs.Length > 1 && scores.All(item => item.Select(verdict => verdict.Run).SequenceEqual(runs))
            ? JudgeRuns.Of([
                .. scores.Select(item => (IReadOnlyList<double>)[.. item.Select(verdict => metric.Scale * verdict.Marks[metric.Mark])]),
            ])
            : null;
    }
}
