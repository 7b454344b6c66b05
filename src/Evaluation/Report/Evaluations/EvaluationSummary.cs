using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Sentences that say, from the numbers alone, what Table 1 shows and what it does not.</summary>
static class EvaluationSummary
{
    const double Level = 0.05;

    /// <summary>The sentences, the most important first.</summary>
    public static ImmutableArray<string> Of(EvaluationNumbers numbers)
    {
        var table = numbers.Table;
        TableRow[] ranked =
        [
            .. table
                .Rows.Where(row => row.Improvement is { } change && !double.IsNaN(change.Percent))
                .OrderByDescending(row => row.Improvement!.Percent),
        ];
        return ranked.Length == 0
            ? [table.Rows.Length < 2 ? "One model: there is nothing to compare it with." : "No number has a relative change."]
            : [.. ranked.Select(row => Improvement(numbers, row)), .. Lead(ranked), .. ranked.Select(row => Differences(numbers, row))];
    }

    static string Improvement(EvaluationNumbers numbers, TableRow row)
    {
        var change = row.Improvement!;
        var interval = change.Interval;
        return $"{row.Model}: average improvement over {numbers.Base} {NumberText.Signed(change.Percent)} % over {change.Metrics} numbers"
            + (
                double.IsNaN(interval.Low) || double.IsNaN(interval.High)
                    ? "."
                    : $" (95 % interval {NumberText.Signed(interval.Low)} to {NumberText.Signed(interval.High)}{(interval.Covers(0) ? ", which covers 0" : "")})."
            );
    }

    static IEnumerable<string> Lead(TableRow[] ranked)
    {
        if (ranked is not [{ Improvement: { } best } first, { Improvement: { } next } second, ..])
        {
            yield break;
        }

        yield return !best.IsComparableWith(next)
            ? $"{first.Model} and {second.Model} are averages over different numbers, so that neither can be called better."
        : best.IntervalAbove(next) is not { } lead || double.IsNaN(lead.Low)
            ? $"{first.Model} and {second.Model} have marks on too few items in common, so that the lead of the first has no interval."
        : $"{first.Model} leads {second.Model} by {NumberText.Of(best.Percent - next.Percent)} points; the 95 % interval over the items that both have a mark for, {NumberText.Signed(lead.Low)} to {NumberText.Signed(lead.High)}, {Words(lead)}.";

        string Words(Bounds lead) =>
            lead.Covers(0) ? "covers 0, so that the lead may be chance"
            : best.IsToldApartFrom(next) ? "does not cover 0"
            : "does not cover 0, but there are too few items to tell the lead from chance";
    }

    static string Differences(EvaluationNumbers numbers, TableRow row)
    {
        var shown = row.Cells.Zip(numbers.Table.Columns).Where(entry => entry.First?.AdjustedP < Level).ToArray();
        var tested = row.Cells.Count(cell => cell?.AdjustedP is not null);
        return $"{row.Model} against {numbers.Base}, number by number: {shown.Length} of {tested} differences hold at 5 % after adjusting for their number (Holm)"
            + (
                shown.Length == 0
                    ? "."
                    : $": {string.Join(", ", shown.Select(entry => $"{EvaluationNotes.Name(entry.Second)} {Direction(entry.First!, entry.Second)}"))}."
            );
    }

    static string Direction(TableCell cell, TableColumn column) =>
        cell.Difference!.Value > 0 == column.Metric.HigherIsBetter ? "better" : "worse";
}
