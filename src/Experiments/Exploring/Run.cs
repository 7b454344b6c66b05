using System.Collections.Immutable;
using SVco.Core;
using SVco.Files;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>What a run's folder says: <c>Run.Read("runs/x")</c>.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Experiment">What was run, with all settings.</param>
/// <param name="Steps">The numbers of each training step.</param>
/// <param name="Validations">The numbers of each validation.</param>
public sealed record Run(string Folder, Experiment Experiment, ImmutableArray<StepRow> Steps, ImmutableArray<ValidationRow> Validations)
{
    /// <summary>The finished model's folder; null where the run has not come to its end, or its model was given away.</summary>
    public string? Checkpoint => Path.Combine(Folder, RunFolder.CheckpointFolder) is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>Reads a run's folder, also while the run goes on.</summary>
    /// <exception cref="UserException">It is no run's folder, or a file of it is not what it should be.</exception>
    public static Run Read(string folder)
    {
        var description = Path.Combine(folder, RunFolder.Description);
        if (!File.Exists(description))
        {
            throw new UserException($"{folder} is not a run's folder: it has no {RunFolder.Description}. Runs lie in runs/NAME.");
        }

        var lines = MetricsLog.Read(folder).ToLookup(line => line.IsValidation);
        return new(
            folder,
            Experiment.FromYaml(TextFile.Read(description)),
            [.. lines[false].Select(StepRow.Of)],
            [.. lines[true].Select(ValidationRow.Of)]
        );
    }

    /// <summary>Loads the finished model; its <see cref="ReadyModel.Reference"/> is the run's base model.</summary>
    /// <exception cref="UserException">The run has not come to its end, or its model cannot be read.</exception>
    public Task<ReadyModel> Load() =>
        Experiment.Model.Load(
            Checkpoint ?? throw new UserException($"{Folder} has no finished model{WhyNone}."),
            Experiment.Train,
            Experiment.Device
        );

    string WhyNone =>
        RunFolder.IsGivenAway(Folder)
            ? " any more: its sweep gave it away (keep: winner). Train it anew with --restart"
            : " yet: the run has not come to its end";

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Folder}: {Steps.Length} steps, {Validations.Length} validations, {(RunFolder.IsFinishedIn(Folder) ? "finished" : "not finished")}";
}
