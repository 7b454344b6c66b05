using System.Collections.Immutable;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>The number that the other rule gives beside one of Table 1: the corrected rule's beside the official one's, or the reverse.</summary>
static class RuleNumbers
{
    /// <summary>Beside which number it stands; null where the benchmark has no other rule.</summary>
    public static OtherNumber? Beside(EvaluationNumbers numbers, TableColumn column) =>
        numbers.Others.FirstOrDefault(other =>
            other.Benchmark == column.Benchmark
            && column.Metric.Mark != other.Metric.Mark
            && other.Metric
                == column.Metric with
                {
                    Name = other.Metric.Name,
                    Averaged = false,
                    Mark = OfOtherRule(column.Metric.Mark),
                    RelativeTo = column.Metric.RelativeTo is { } relative ? OfOtherRule(relative) : null,
                }
        );

    /// <summary>Whether the two rules give some model different numbers.</summary>
    public static bool Differ(EvaluationNumbers numbers, TableColumn column) =>
        Beside(numbers, column) is { } other
        && numbers
            .Table.Rows.Zip(other.Scores)
            .Any(row => row.First.Cells[numbers.Table.Columns.IndexOf(column)]?.Score.Value.Equals(row.Second?.Score.Value) == false);

    /// <summary>Whether a mark is the official rule's.</summary>
    public static bool IsOfficial(Metric metric) => metric.Mark.StartsWith(Marks.Official, StringComparison.Ordinal);

    /// <summary>The numbers that stand beside none of Table 1.</summary>
    public static ImmutableArray<OtherNumber> Rest(EvaluationNumbers numbers)
    {
        var beside = numbers.Table.Columns.Select(column => Beside(numbers, column)).ToHashSet();
        return [.. numbers.Others.Where(other => !beside.Contains(other))];
    }

    static string OfOtherRule(string mark) =>
        mark.StartsWith(Marks.Official, StringComparison.Ordinal) ? Marks.Corrected + mark[Marks.Official.Length..]
        : mark.StartsWith(Marks.Corrected, StringComparison.Ordinal) ? Marks.Official + mark[Marks.Corrected.Length..]
        : mark;
}
