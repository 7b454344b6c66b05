using System.Collections.Immutable;
using SVco.Core;
using SVco.Files;
using SVco.Models.Lora;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>A model of an evaluation.</summary>
/// <param name="Name">Its name in tables, and that of its folder.</param>
/// <param name="Checkpoint">A folder or a hub id.</param>
sealed record NamedCheckpoint(string Name, string Checkpoint)
{
    /// <summary>The SHA-256 of the base model that its run began with, which it is or belongs to; null where that is not known.</summary>
    public string? Base { get; init; }

    /// <summary>Whether it is one that a run trained, and so may be chosen.</summary>
    public bool IsTrained { get; init; }

    const int LongestName = 100;

    /// <summary>The models of a plan, the base first: those that it names, then the checkpoints of its run.</summary>
    /// <exception cref="UserException">There is none, a name is no folder's, or two are equal.</exception>
    public static ImmutableArray<NamedCheckpoint> All(EvaluationPlan plan)
    {
        ImmutableArray<NamedCheckpoint> all =
        [
            .. plan.Models.Select(Of),
            // The base of a run stands for itself unless the person names another.
            .. plan.Checkpoints is { } run ? OfRun(run).Skip(plan.Models.Length > 0 ? 1 : 0) : [],
        ];
        if (all.IsEmpty)
        {
            throw new UserException(
                "Which models? Give --models base=FOLDER-OR-HUB-ID other=FOLDER-OR-HUB-ID, the base first, or --checkpoints RUN-FOLDER."
            );
        }

        return all.CountBy(one => one.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
            ? throw new UserException($"Two models are called {twice}. Name them: --models {twice}1=... {twice}2=...")
            : all;
    }

    /// <summary>The base model of a run, the checkpoints that it kept, and its finished model.</summary>
    static ImmutableArray<NamedCheckpoint> OfRun(string folder)
    {
        var description = Path.Combine(folder, RunFolder.Description);
        if (!File.Exists(description))
        {
            throw new UserException($"--checkpoints {folder}: this is no run's folder; it has no {RunFolder.Description}.");
        }

        var (fields, resolved) = ExperimentYaml.Texts(TextFile.Read(description));
        var finished = Path.Combine(folder, RunFolder.CheckpointFolder);
        ImmutableArray<NamedCheckpoint> trained =
        [
            .. RunFolder.KeptIn(folder).Select(kept => new NamedCheckpoint($"step-{kept.Step}", kept.Folder) { IsTrained = true }),
            .. Directory.Exists(finished)
                ? [new NamedCheckpoint("finished", finished) { IsTrained = true }]
                : Array.Empty<NamedCheckpoint>(),
        ];
        var (named, asFound) = (fields["model.checkpoint"], resolved.GetValueOrDefault("model", ""));
        var weights = resolved.GetValueOrDefault("model_sha256");
        return trained.IsEmpty
            ? throw new UserException(
                RunFolder.IsGivenAway(folder)
                    ? $"--checkpoints {folder}: the run's checkpoints were given away by its sweep (keep: winner). Train it anew with --restart."
                    : $"--checkpoints {folder}: the run has no checkpoint yet. Let it end, or keep some on the way with --keep-every STEPS."
            )
            :
            [
                .. trained
                    .Insert(0, new("base", Directory.Exists(asFound) && AdapterFolder.Find(named) is null ? asFound : named))
                    .Select((one, at) => at == 0 || AdapterFolder.Find(one.Checkpoint) is not null ? one with { Base = weights } : one),
            ];
    }

    static NamedCheckpoint Of(string text)
    {
        var parts = text.Split('=', 2);
        var checkpoint = parts[^1].Trim();
        var name = parts.Length == 2 ? parts[0].Trim() : Path.GetFileName(Path.TrimEndingDirectorySeparator(checkpoint));
        return checkpoint.Length == 0 ? throw new UserException($"The model \"{text}\" has no folder or hub id.")
            : name.Length is 0 or > LongestName || !name.All(IsPlain) || name[0] == '.'
                ? throw new UserException(
                    $"\"{name}\" cannot be a model's name: letters, digits, '-', '_' and '.' can. Write NAME={checkpoint}."
                )
            : new(name, checkpoint);
    }

    static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';
}
