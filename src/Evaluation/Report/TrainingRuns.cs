using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Core;
using SVco.Evaluation.Results;
using SVco.Files;

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
            [.. runs.Select(run => new NamedValue(run.Name, Text(Path.Combine(run.Folder, Description))))],
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
        Lines(path)
            .SelectMany(line =>
                line.Values
                    // The epoch is an axis as the step is; null is a number that was not finite.
                    .Where(field => field.Value.ValueKind == JsonValueKind.Number && field.Key != "epoch")
                    // train_losses/x becomes series x of the kind train_losses.
                    .Select(field => (Series: field.Key.Replace('/', ' '), line.Step, Value: field.Value.GetDouble()))
            )
            .GroupBy(point => point.Series)
            .SelectMany(series =>
            {
                var points = series.ToArray();
                return points
                    .Chunk((points.Length + MostPoints - 1) / MostPoints)
                    .Select(window => new CurvePoint(run, 0, series.Key, window[^1].Step, window.Average(point => point.Value)));
            });

    sealed record Line
    {
        public required int Step { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement> Values { get; init; } = [];
    }

    static ImmutableArray<Line> Lines(string path) => Readable(path, () => ImmutableArray.CreateRange(JsonLog.Read<Line>(path)));

    static string Text(string path) => Readable(path, () => File.ReadAllText(path));

    static T Readable<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (IOException)
        {
            throw new UserException($"{path} cannot be read. Give the folder of a run or of a study, such as runs/miniature.");
        }
    }
}
