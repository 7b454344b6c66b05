using SVco.Training;

namespace SVco.Experiments;

/// <summary>Runs that end before their end.</summary>
public static class RunUntil
{
    /// <summary>
    /// Runs an experiment until so many steps are made and, where one is due after them, the validation too; then it saves its state and
    /// ends. The experiment without a limit goes on from there, to the same weights as if it had not been interrupted.
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="steps">At least 1; a run that has made them already makes no more.</param>
    /// <param name="restart">Throws away what an earlier run left in the folder.</param>
    /// <param name="progress">Is told what happens, on the thread where it happens.</param>
    /// <param name="stop">Asks the run to save its state and end.</param>
    /// <exception cref="Core.UserException">Something the person can mend: a file, a field.</exception>
    public static async Task<RunResult> RunUntilAsync(
        this Experiment experiment,
        int steps,
        bool restart = false,
        IProgress<RunEvent>? progress = null,
        CancellationToken stop = default
    )
    {
        bool IsValidated(int step) => experiment.Data.Validation is not null && step % experiment.Train.EvaluateEvery == 0;

        bool IsEnd(TrainingEvent made) =>
            made switch
            {
                TrainingEvent.Evaluated(var step, _) => step >= steps,
                TrainingEvent.Stepped { Step: var step } => step >= steps && !IsValidated(step),
                _ => false,
            };

        if (!restart && MetricsLog.Read(experiment.Folder).Any(line => line.Step >= steps && line.IsValidation == IsValidated(steps)))
        {
            progress?.Report(new RunEvent.Note($"{experiment.Folder} has made {steps} steps already."));
            return RunResult.Of(experiment.Folder, RunState.Interrupted, checkpoint: null);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        return await experiment.RunAsync(
            restart,
            new Ender(next =>
            {
                progress?.Report(next);
                if (next is RunEvent.Trained(var made) && IsEnd(made))
                {
                    ending.Cancel();
                }
            }),
            ending.Token
        );
    }

    sealed class Ender(Action<RunEvent> see) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => see(value);
    }
}
