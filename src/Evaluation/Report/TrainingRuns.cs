using System.Collections.Immutable;
using SVco.Core;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Training;

namespace SVco.Evaluation.Report;

/// <summary>Ordinary training runs as something to report: their curves and what was run.</summary>
public static class TrainingRuns
{
    // More cannot be told apart in a figure.
    const int MostPoints = 200;

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
            [.. runs.Select(run => new NamedValue(run.Name, TextFile.Read(In(run.Folder, RunFolder.Description))))],
            [],
            [.. runs.Select(run => new ModelResult(run.Name, "", "", [], [], 0))],
            [],
            [],
            [.. runs.SelectMany(run => Curves(run.Name, MetricsLog.Read(Path.GetDirectoryName(In(run.Folder, MetricsLog.FileName))!)))],
            [],
            []
        );
    }

    static IEnumerable<CurvePoint> Curves(string run, IEnumerable<MetricsLine> lines) =>
        lines
            .SelectMany(line =>
                line.Numbers.Keys
                    // The epoch is an axis as the step is.
                    .Where(name => double.IsFinite(line[name]) && name != "epoch")
                    // train_losses/x becomes series x of the kind train_losses.
                    .Select(name => (Series: name.Replace('/', ' '), line.Step, Value: line[name]))
            )
            .GroupBy(point => point.Series)
            .OrderBy(series => series.Key, StringComparer.Ordinal)
            .SelectMany(series =>
                Thinned([.. series.Select(point => (point.Step, point.Value))])
                    .Select(point => new CurvePoint(run, 0, series.Key, point.Step, point.Value))
            );

    /// <summary>A curve with as many points as a figure can show: each is the mean of its neighbours.</summary>
    public static IEnumerable<(int Step, double Value)> Thinned(ImmutableArray<(int Step, double Value)> points) =>
        points
            .Chunk((points.Length + MostPoints - 1) / MostPoints)
            .Select(window => (window[^1].Step, window.Average(point => point.Value)));

    static string In(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path)
            ? path
            : throw new UserException($"{path} does not exist. Give the folder of a run or of a study, such as runs/miniature.");
    }
}
