using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>Ordinary training runs as something to report: their curves and what was run.</summary>
public static class TrainingRuns
{
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

    static IEnumerable<CurvePoint> Curves(string run, string path)
    {
        foreach (var (line, number) in Text(path).Split('\n').Select((line, i) => (line, i + 1)).Where(line => line.line.Length > 0))
        {
            foreach (var (name, value) in Fields(line, path, number))
            {
                // train_losses/x becomes series x of the kind losses; the step and the epoch are axes.
                if (value is { } known && name is not ("step" or "epoch"))
                {
                    yield return new(run, 0, name.Replace('/', ' '), (int)Fields(line, path, number)["step"]!.Value, known);
                }
            }
        }
    }

    static Dictionary<string, double?> Fields(string line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, double?>>(line)!;
        }
        catch (JsonException mistake)
        {
            throw new UserException(
                $"Line {number} of {path} is broken: {mistake.Message} Take it out, or let the run go on, which repairs it."
            );
        }
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
