using System.Globalization;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Miniature;

/// <summary>The study's main table as plain text.</summary>
public static class StudyTable
{
    /// <summary>A line for each model: the average improvement in percent, then the mean of each benchmark over the seeds.</summary>
    public static string Text(StudyResults results)
    {
        var wholes = results.Metrics.Where(metric => metric.Part.Length == 0).ToArray();
        string[] benchmarks = [.. wholes.Select(metric => metric.Benchmark).Distinct()];
        var improvements = StudyReport.Improvements(results).ToLookup(part => part.Model, part => part.Improvement);
        var rows = results
            .Models.Where(model => wholes.Any(metric => metric.Model == model.Name))
            .Select(model =>
                new[] { model.Name, improvements[model.Name].Any() ? Number(improvements[model.Name].Average()) : "" }
                    .Concat(
                        benchmarks.Select(benchmark =>
                            Number(
                                wholes
                                    .Where(metric => metric.Model == model.Name && metric.Benchmark == benchmark)
                                    .Average(metric => metric.Value)
                            )
                        )
                    )
                    .ToArray()
            );
        string[][] lines =
        [
            ["", "average %", .. benchmarks],
            .. rows,
        ];
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        return string.Join(
            '\n',
            lines.Select(line => string.Join("  ", line.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))))
        );
    }

    static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
