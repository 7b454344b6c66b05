using SVco.Core;
using SVco.Core.Fields;
using SVco.Evaluation.Results;

namespace SVco.Experiments;

/// <summary>The benchmarks that a run asks when it has come to its end.</summary>
static class RunBenchmarks
{
    /// <summary>That a benchmark is not there or the judge has no key is told before training and not after it.</summary>
    /// <exception cref="UserException">It would be.</exception>
    public static void Require(Experiment experiment)
    {
        if (experiment.Evaluation is { } plan)
        {
            plan.Check();
            var benchmarks = PlannedBenchmark.All(plan);
            PlannedBenchmark.CheckImages(benchmarks);
            PlannedJudge.Check(plan, benchmarks.Any(benchmark => benchmark.IsJudged));
        }
        else if (
            Experiment.AllFields.FirstOrDefault(field =>
                Experiment.IsOfEvaluation(field) && FieldText.Of(field.Get(experiment)) != FieldText.Of(field.Get(new Experiment("")))
            ) is
            { } lost
        )
        {
            throw new UserException(
                $"{lost} is given, but no benchmark is named, so nothing would be asked. Name some with --evaluate-benchmarks or .Evaluate(...) in the script."
            );
        }
    }

    /// <summary>The result with what the benchmarks give, where the experiment names some.</summary>
    public static async Task<RunResult> AskAsync(Experiment experiment, RunResult trained, RunProgress progress, CancellationToken stop)
    {
        if (trained.State == RunState.Interrupted || experiment.Evaluation is not { } plan)
        {
            return trained;
        }

        // A model that was given away cannot be asked again.
        if (trained.Checkpoint is null && File.Exists(Path.Combine(plan.Folder, EvaluationFile.FileName)))
        {
            return trained with { Evaluation = EvaluationFile.Load(plan.Folder) };
        }

        try
        {
            return trained with { Evaluation = await new EvaluationRun(plan, progress, stop).RunAsync(dryRun: false) };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.Note("The model is trained; its evaluation was stopped.");
            return trained with { State = RunState.Interrupted };
        }
    }
}
