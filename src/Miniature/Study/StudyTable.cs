using SVco.Core.Statistics;
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;

namespace SVco.Miniature.Study;

/// <summary>The study's main table as plain text.</summary>
public static class StudyTable
{
    /// <summary>
    /// A line for each model: the average improvement in percent with half its 95 % interval, then the mean of each benchmark over the seeds.
    /// </summary>
    public static string Text(StudyResults results)
    {
        if (Comparison.Of(results) is not { } study)
        {
            return "Nothing is measured yet.";
        }

        MetricColumn[] columns = [.. study.Wholes];
        var rows = study
            .Models.Prepend(study.Base)
            .Select(model =>
                new[] { model, study.Improvements.ContainsKey(model) ? Improvement(study.Improvement(model)) : "" }
                    .Concat(columns.Select(column => column.Values.TryGetValue(model, out var value) ? NumberText.Of(value.Mean) : ""))
                    .ToArray()
            );
        string[][] lines =
        [
            ["", "average %", .. columns.Select(column => column.Name)],
            .. rows,
        ];
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        return string.Join(
            '\n',
            lines.Select(line => string.Join("  ", line.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))))
        );
    }

    static string Improvement(Interval value) =>
        value.HalfWidth is { } half ? $"{NumberText.Of(value.Mean)} ± {NumberText.Of(half)}" : NumberText.Of(value.Mean);
}
