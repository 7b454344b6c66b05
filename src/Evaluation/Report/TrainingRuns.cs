using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>Ordinary training runs as something to report: their curves and what was run.</summary>
public static class TrainingRuns
{
    // More cannot be told apart in a figure.
    const int MostPoints = 200;
    const string Log = "metrics.jsonl";
    const string Description = "experiment.yaml";

    /// <summary>Reads the folders of runs: <c>metrics.jsonl</c> and <c>experiment.yaml</c>.</summary>
    /// <exception cref="UserException">A folder is not a run's, or a line of its log is broken.</exception>
    public static StudyResults Load(ImmutableArray<string> folders)
    {
        var runs = folders.Select(folder =>
            (Name: Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), Folder: folder)
        );
        return new(
            "runs",
            $"Training of {string.Join(", ", runs.Select(run => run.Name))}",
            [],
            [.. runs.Select(run => new Setting(run.Name, Text(Path.Combine(run.Folder, Description))))],
            [],
            [.. runs.Select(run => new ModelResult(run.Name, "", "", [], [], 0))],
            [],
            [],
            [.. runs.SelectMany(run => Curves(run.Name, Path.Combine(run.Folder, Log)))],
            [],
            []
        );
    }

    static IEnumerable<CurvePoint> Curves(string run, string path) =>
        Text(path)
            .Split('\n')
            .Select((line, i) => (Text: line, Number: i + 1))
            .Where(line => line.Text.Length > 0)
            .Select(line => Fields(line.Text, path, line.Number))
            .SelectMany(line =>
                line.Values
                    // The step and the epoch are axes; null is a number that was not finite.
                    .Where(field => field.Value is not null && field.Key is not ("step" or "epoch"))
                    // train_losses/x becomes series x of the kind train_losses.
                    .Select(field => (Series: field.Key.Replace('/', ' '), line.Step, Value: field.Value!.Value))
            )
            .GroupBy(point => point.Series)
            .SelectMany(series =>
            {
                var points = series.ToArray();
                return points
                    .Chunk((points.Length + MostPoints - 1) / MostPoints)
                    .Select(window => new CurvePoint(run, 0, series.Key, window[^1].Step, window.Average(point => point.Value)));
            });

    static (int Step, Dictionary<string, double?> Values) Fields(string line, string path, int number)
    {
        try
        {
            if (JsonSerializer.Deserialize<Dictionary<string, double?>>(line) is { } fields && fields.GetValueOrDefault("step") is { } step)
            {
                return ((int)step, fields);
            }
        }
        catch (JsonException)
        {
            // Said below, as for a line without a step.
        }

        throw new UserException($"Line {number} of {path} is broken. Take it out, or let the run go on, which repairs it.");
    }

    static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            throw new UserException($"{path} cannot be read. Give the folder of a run or of a study, such as runs/miniature.");
        }
    }
}
