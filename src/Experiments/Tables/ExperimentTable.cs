using System.Collections.Immutable;
using SVco.Core;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Models;
using SVco.Models.Hub;
using SVco.Training;
using SVco.Training.Bench;

namespace SVco.Experiments;

/// <summary>
/// A table of a paper: experiments, each a row, whose models are asked the same benchmarks. Those on one base model are compared in one
/// evaluation. Everything is kept as it is done, so the same call goes on with an interrupted table.
/// </summary>
/// <param name="Name">Names the folder.</param>
public sealed record ExperimentTable(string Name)
{
    /// <summary>The experiments in the order in which they run; their names are the rows'.</summary>
    public ImmutableArray<Experiment> Rows { get; init; } = [];

    /// <summary>What the models are asked, and how.</summary>
    public EvaluationSettings Evaluate { get; init; } = new();

    /// <summary>The folder; runs/NAME when not given.</summary>
    public string? Output { get; init; }

    internal string Folder => Output ?? Path.Combine("runs", Name);

    /// <summary>Trains every row and asks the benchmarks.</summary>
    /// <param name="dryRun">Only tells how long it will take, and what the judges will cost.</param>
    /// <param name="progress">Is told what happens.</param>
    /// <param name="stop">Ends it; what is done is kept.</param>
    /// <returns>An evaluation for each base model; none after a dry run.</returns>
    /// <exception cref="UserException">Something the person can mend: a file, a field, a server. Files of all rows are looked at before anything is trained.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public async Task<ImmutableArray<EvaluationResult>> RunAsync(
        bool dryRun = false,
        IProgress<RunEvent>? progress = null,
        CancellationToken stop = default
    )
    {
        var told = new RunProgress(progress);
        var rows = Rows.Select(row => row with { Output = Path.Combine(Folder, row.Name) }).ToImmutableArray();
        Require(rows);
        await TellAsync(rows, told, stop);
        var bases = rows.GroupBy(row => (row.Model.Checkpoint, row.Model.Precision, row.Model.VisionPrecision)).ToArray();
        foreach (var alike in bases)
        {
            // The rows' models may not be there yet; as many questions are put to the base model's.
            await Evaluation(alike, _ => alike.Key.Checkpoint).RunAsync(dryRun: true, progress, stop);
        }

        if (dryRun)
        {
            return [];
        }

        foreach (var row in rows)
        {
            var result = await row.RunAsync(restart: false, progress, stop);
            if (result.State == RunState.Interrupted)
            {
                throw new OperationCanceledException(stop);
            }
        }

        var results = ImmutableArray.CreateBuilder<EvaluationResult>();
        foreach (var alike in bases)
        {
            var evaluation = Evaluation(alike, row => Path.Combine(row.Folder, RunFolder.CheckpointFolder));
            results.Add((await evaluation.RunAsync(dryRun: false, progress, stop))!);
        }

        return results.ToImmutable();
    }

    /// <summary>
    /// The evaluation of the rows on one base model. Its folder depends on that model alone, whichever rows are chosen; two base models may lie in
    /// folders of one name.
    /// </summary>
    EvaluationPlan Evaluation(
        IGrouping<(string Checkpoint, Precision Precision, Precision? Vision), Experiment> rows,
        Func<Experiment, string> checkpointOf
    )
    {
        const int letters = 8;
        var model =
            $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(rows.Key.Checkpoint))}-{ContentHash.Of($"{rows.Key}")[..letters]}";
        return new EvaluationPlan($"{Name} {model}", Evaluate)
        {
            Models = [$"base={rows.Key.Checkpoint}", .. rows.Select(row => $"{row.Name}={checkpointOf(row)}")],
            Precision = rows.Key.Precision,
            VisionPrecision = rows.Key.Vision,
            Device = rows.First().Device,
            Output = Path.Combine(Folder, "evaluation", model),
        };
    }

    void Require(ImmutableArray<Experiment> rows)
    {
        if (rows.IsEmpty)
        {
            throw new UserException($"The table {Name} has no row.");
        }

        if (rows.CountBy(row => row.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
        {
            throw new UserException($"Two rows of the table {Name} are called {twice}.");
        }

        var faults = rows.Select(row => FaultOf(row) is { } fault ? $"{row.Name}: {fault}" : null).OfType<string>().ToArray();
        if (faults.Length > 0)
        {
            throw new UserException(string.Join('\n', faults));
        }

        Evaluate.Check();
        var evaluation = new EvaluationPlan(Name, Evaluate);
        PlannedJudge.Check(evaluation, PlannedBenchmark.All(evaluation).Any(benchmark => benchmark.IsJudged));
    }

    static string? FaultOf(Experiment row)
    {
        try
        {
            row.Validated().Data.RequireFiles("Check the script's recipes.");
            return null;
        }
        catch (UserException error)
        {
            return error.Message;
        }
    }

    /// <summary>What each row takes, from a few of its pairs and this machine's rate.</summary>
    async Task TellAsync(ImmutableArray<Experiment> rows, RunProgress progress, CancellationToken stop)
    {
        NativeLibraries.Load();
        var whole = TimeSpan.Zero;
        foreach (var kind in rows.GroupBy(row => row.Model.Precision))
        {
            var rate = BenchStep.MachineRate(kind.First().Model.LoadOptions(Devices.Parse("cpu")).Dtype!.Value, seconds: 1);
            foreach (var row in kind)
            {
                var folder = await ModelHub.ResolveAsync(row.Model.Checkpoint, progress, stop, weights: false);
                var estimate = RunEstimate.Of(row, folder);
                whole += estimate.At(rate);
                progress.Note(
                    $"{row.Name}: {RunData.Count(estimate.Pairs, "pair")}, {RunData.Count(estimate.Steps, "step")}, about {RunEstimate.Text(estimate.At(rate))} on this machine's processor"
                );
            }
        }

        progress.Note($"Training all {rows.Length} rows takes about {RunEstimate.Text(whole)}. Finished rows are not trained again.");
    }
}
