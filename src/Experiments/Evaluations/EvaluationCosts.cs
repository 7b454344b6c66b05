using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Judges;
using static System.FormattableString;

namespace SVco.Experiments;

/// <summary>What an evaluation takes, told before anything is asked.</summary>
static class EvaluationCosts
{
    /// <summary>Tells how many questions there are, how long reading them takes, and what the judge costs.</summary>
    /// <exception cref="Core.UserException">A model cannot be had, or its files do not belong together.</exception>
    public static async Task TellAsync(
        EvaluationPlan plan,
        ImmutableArray<NamedCheckpoint> models,
        ImmutableArray<PlannedBenchmark> benchmarks,
        PlannedJudge judge,
        RunProgress progress,
        CancellationToken stop
    )
    {
        var estimates = new List<AskingEstimate>();
        foreach (var model in models)
        {
            estimates.Add(await AskingEstimate.OfAsync(model, plan, benchmarks, progress, stop));
        }

        // About as long as such answers are.
        var typical = new string('x', 400);
        var questions = benchmarks.Sum(one => one.Benchmark.Items.Length) * (plan.WithoutImages ? 2 : 1) * plan.Runs;
        progress.Note($"{models.Length} models, {questions} questions each; what is in {plan.Folder} already is not asked again.");
        progress.Note(
            $"Reading all prompts takes about {RunEstimate.Text(AskingEstimate.Time(estimates, plan))} on this machine's processor; what is written comes on top."
        );
        var whole = 0.0;
        foreach (var benchmark in benchmarks.Where(one => one.IsJudged))
        {
            var (calls, cost) = Judging.Estimate(
                benchmark.Benchmark,
                benchmark.Benchmark.Items.Select(item => new Answer(item.Id, 0, typical, [])),
                judge.Judge,
                judge.PriceOf
            );
            var times = models.Length * plan.JudgeRuns * plan.Runs * (plan.WithoutImages ? 2 : 1);
            whole += cost * times;
            progress.Note(
                plan.Judge == JudgedBy.Recorded
                    ? $"{benchmark.Benchmark.Name}: {calls * times} judgements by {judge.NameFor(benchmark)}"
                    : Invariant(
                        $"{benchmark.Benchmark.Name}: {calls * times} judgements by {judge.NameFor(benchmark)}: about {cost * times:F2} USD, if each reply is as long as it may be and can be read at once"
                    )
            );
        }

        if (plan.Judge == JudgedBy.Server)
        {
            progress.Note(Invariant($"{judge.Spent:F2} USD are spent in {plan.Folder} so far; the budget is {plan.JudgeBudget} USD."));
            if (whole > plan.JudgeBudget - judge.Spent)
            {
                progress.Note(
                    Invariant(
                        $"That may not suffice: judging stops when it is used up, and goes on with a larger --judge-budget, such as {Math.Ceiling(judge.Spent + whole)}."
                    )
                );
            }
        }
    }
}
