using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Answers;
using SVco.Evaluation.Judges;
using SVco.Evaluation.Report.Evaluations;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>An evaluation from its files to its table: each model is asked, then answers are judged, then counted.</summary>
/// <param name="plan">What is asked.</param>
/// <param name="progress">Is told what happens.</param>
/// <param name="stop">Ends it; what was answered or judged is kept.</param>
sealed class EvaluationRun(EvaluationPlan plan, RunProgress progress, CancellationToken stop)
{
    /// <summary>Answers of a model to a benchmark, with images and without.</summary>
    sealed record Answered(PlannedBenchmark Benchmark, ImmutableArray<Answer> With, ImmutableArray<Answer> Without);

    /// <summary>See <see cref="EvaluationPlan.RunAsync"/>.</summary>
    public async Task<EvaluationResult?> RunAsync(bool dryRun)
    {
        foreach (var field in EvaluationPlan.AllFields)
        {
            field.CheckIn(plan, field.Path);
        }

        FolderName.Require("evaluation", plan.Name);
        plan.Check();
        if (plan is { ChooseOn: not null, Checkpoints: null })
        {
            throw new UserException("--choose-on says which items choose among the checkpoints of a run; name the run with --checkpoints.");
        }

        var checkpoints = NamedCheckpoint.All(plan);
        var part = plan.Shard is { } text ? Shard.Parse(text) : (Shard?)null;
        var captions = new PlannedCaptions(plan);
        captions.Require();
        var benchmarks = PlannedBenchmark.All(plan);
        foreach (var benchmark in benchmarks)
        {
            var what = $"{benchmark.Benchmark.Name}: {benchmark.Benchmark.Items.Length} items, {benchmark.Source}";
            foreach (var line in benchmark.Warnings.SelectMany(warning => TerminalText.Hanging("  ", warning)).Prepend(what))
            {
                progress.Note(line);
            }
        }

        PlannedBenchmark.CheckImages(benchmarks);

        // Parts are asked by several processes at a time; none of them judges, so none holds the journal.
        if (part is { } own && !dryRun)
        {
            foreach (var model in await FindAsync(checkpoints))
            {
                Ask(model, benchmarks, [], own);
            }

            progress.Note($"Part {own} is asked. When all parts are, the same command without --shard puts them together.");
            return null;
        }

        await using var judge = new PlannedJudge(plan, isNeeded: !dryRun && benchmarks.Any(one => one.IsJudged), dryRun);
        if (dryRun)
        {
            await EvaluationCosts.TellAsync(plan, checkpoints, benchmarks, judge, progress, stop);
            return null;
        }

        var models = await FindAsync(checkpoints);

        var pairs = models.ToDictionary(model => model, model => captions.For(model, progress, stop));
        AtomicOutput.RemoveTemporaries(plan.Folder);
        var answered = models.ToDictionary(model => model, model => Ask(model, benchmarks, pairs[model], part: null));
        await using var ending = stop.Register(judge.EndSoon);
        var evaluated = new List<EvaluatedModel>();
        foreach (var model in models)
        {
            evaluated.Add(await GradeAsync(model, answered[model].Benchmarks, judge));
        }

        var result = new EvaluationResult(
            plan.Name,
            [.. evaluated],
            [.. benchmarks.Select(benchmark => NotesOf(benchmark, evaluated, judge))],
            [.. EvaluationPlan.AllFields.Select(field => (field.Path, Core.Fields.FieldText.Of(field.Get(plan))))],
            Command()
        )
        {
            Captions = [.. models.SelectMany(model => answered[model].Captions)],
            Choosing = plan.Checkpoints is null
                ? null
                : new(plan.ChooseOn, (ulong)plan.Seed, [.. checkpoints.Where(one => one.IsTrained).Select(one => one.Name)]),
        };
        Write(result, models, benchmarks);
        return result;
    }

    async Task<List<AskedFolder>> FindAsync(IEnumerable<NamedCheckpoint> checkpoints)
    {
        var models = new List<AskedFolder>();
        foreach (var checkpoint in checkpoints)
        {
            models.Add(await AskedFolder.FindAsync(checkpoint, plan, progress, stop));
        }

        return plan.BaseAnswers is { } shared
            ? [models[0] with { Shared = Path.Combine(shared, models[0].Content) }, .. models[1..]]
            : models;
    }

    (ImmutableArray<Answered> Benchmarks, ImmutableArray<CaptionLogProbs> Captions) Ask(
        AskedFolder model,
        ImmutableArray<PlannedBenchmark> benchmarks,
        ImmutableArray<PreparedPair> pairs,
        Shard? part
    )
    {
        using var held = part is null ? Hold(model) : null;
        using var loaded = new LoadedModel(model, plan);
        ImmutableArray<Answered> answered =
        [
            .. benchmarks.Select(benchmark =>
            {
                var items = part is { } own ? own.Of(benchmark.Benchmark.Items) : benchmark.Benchmark.Items;
                using var kept = Answers(model, benchmark, part);
                return new Answered(
                    benchmark,
                    Ask(model, loaded.Asked, benchmark, items, withImages: true, kept),
                    plan.WithoutImages ? Ask(model, loaded.Asked, benchmark, items, withImages: false, kept) : []
                );
            }),
        ];
        // A part of several leaves them to the run that puts the parts together.
        return (answered, part is null ? Score(model, loaded.Asked, pairs) : []);
    }

    ImmutableArray<CaptionLogProbs> Score(AskedFolder folder, AskedModel model, ImmutableArray<PreparedPair> pairs)
    {
        if (pairs.IsEmpty)
        {
            return [];
        }

        using var kept = new KeyedLines<PairLogProbs>(Path.Combine(plan.Folder, folder.Name, "captions.jsonl"));
        progress.Tell(new RunEvent.Began($"{folder.Name} captions", 0, pairs.Length));
        kept.Added = () => progress.Tell(new RunEvent.Advanced());
        try
        {
            return ScoredCaptions.Score(folder.Name, model, pairs, kept, stop);
        }
        finally
        {
            progress.Tell(new RunEvent.Ended());
        }
    }

    ImmutableArray<Answer> Ask(
        AskedFolder folder,
        AskedModel model,
        PlannedBenchmark benchmark,
        ImmutableArray<Item> items,
        bool withImages,
        KeyedLines<Answer> kept
    )
    {
        stop.ThrowIfCancellationRequested();
        var settings = Settings(withImages);
        if (Asking.CountOpen(model, items, settings, kept) is var open && open > 0)
        {
            progress.Tell(new RunEvent.Began($"{folder.Name} {benchmark.Benchmark.Name}{(withImages ? "" : " without images")}", 0, open));
            kept.Added = () => progress.Tell(new RunEvent.Advanced());
        }

        try
        {
            return Asking.Ask(model, items, settings, kept, stop);
        }
        finally
        {
            kept.Added = () => { };
            if (open > 0)
            {
                progress.Tell(new RunEvent.Ended());
            }
        }
    }

    AskSettings Settings(bool withImages) =>
        new(withImages, plan.Behaviour, plan.Batch)
        {
            Sampling = plan.Temperature is { } temperature ? new(temperature, plan.TopP) : null,
            Runs = plan.Runs,
            Seed = (ulong)plan.Seed,
        };

    async Task<EvaluatedModel> GradeAsync(AskedFolder model, ImmutableArray<Answered> answered, PlannedJudge judge)
    {
        using var held = Hold(model);
        var evaluated = new List<EvaluatedBenchmark>();
        foreach (var one in answered)
        {
            using var kept = new KeyedLines<Verdict>(Path.Combine(FolderOf(model, one.Benchmark), Stages.VerdictsFile));
            evaluated.Add(
                new(
                    one.Benchmark.Benchmark,
                    await GradedAsync(model, one.Benchmark, one.With, withImages: true, kept, judge),
                    one.Without.IsEmpty
                        ? GradedAnswers.None
                        : await GradedAsync(model, one.Benchmark, one.Without, withImages: false, kept, judge)
                )
            );
        }

        return new(model.Name, model.Checkpoint, [.. evaluated]) { Content = model.Content };
    }

    async Task<GradedAnswers> GradedAsync(
        AskedFolder model,
        PlannedBenchmark benchmark,
        ImmutableArray<Answer> answers,
        bool withImages,
        KeyedLines<Verdict> kept,
        PlannedJudge judge
    )
    {
        if (!benchmark.IsJudged)
        {
            return new(answers, await Judging.GradeAsync(benchmark.Benchmark, answers, kept, judge.Judge, 1, () => { }, stop));
        }

        progress.Tell(
            new RunEvent.Began(
                $"judging {model.Name} {benchmark.Benchmark.Name}{(withImages ? "" : " without images")}",
                0,
                answers.Length * plan.JudgeRuns
            )
        );
        try
        {
            return new(answers, await Judging.GradeAsync(benchmark.Benchmark, answers, kept, judge.Judge, plan.JudgeRuns, Advance, stop));
        }
        finally
        {
            progress.Tell(new RunEvent.Ended());
        }
    }

    /// <summary>One more is judged; threads tell it one after another.</summary>
    void Advance()
    {
        lock (progress)
        {
            progress.Tell(new RunEvent.Advanced());
        }
    }

    BenchmarkNotes NotesOf(PlannedBenchmark benchmark, IEnumerable<EvaluatedModel> models, PlannedJudge judge)
    {
        var unjudged = models.Sum(model =>
            model
                .Benchmarks.First(one => one.Benchmark == benchmark.Benchmark)
                .AllVerdicts.Count(verdict => verdict.Note.StartsWith(Judging.NotJudged, StringComparison.Ordinal))
        );
        return new(
            benchmark.Benchmark.Name,
            benchmark.Source,
            judge.NameFor(benchmark),
            [
                .. benchmark.Warnings,
                .. judge.IsOther(benchmark)
                    ? [$"judged by {plan.JudgeModel}, not by {benchmark.PaperJudge} as in the paper"]
                    : Array.Empty<string>(),
                .. unjudged > 0 ? [$"{unjudged} answers are not judged yet and count nowhere"] : Array.Empty<string>(),
            ]
        );
    }

    /// <summary>scores.json of each model and benchmark, and the report with its tables.</summary>
    void Write(EvaluationResult result, List<AskedFolder> models, ImmutableArray<PlannedBenchmark> benchmarks)
    {
        foreach (var (model, evaluated) in models.Zip(result.Models))
        {
            foreach (var (benchmark, one) in benchmarks.Zip(evaluated.Benchmarks))
            {
                ScoresFile.Write(Path.Combine(plan.Folder, model.Name, benchmark.Folder, ScoresFile.Name), one);
            }
        }

        EvaluationFile.Save(result, plan.Folder);
        var written = EvaluationReport.Write(
            result,
            Path.Combine(plan.Folder, EvaluationReport.FileName),
            DateTimeOffset.Now,
            thumbnails: EvaluationReport.ThumbnailsOfUser(progress.Note)
        );
        progress.Note(written.Text);
        foreach (var file in written.Files)
        {
            progress.Note(file);
        }
    }

    KeyedLines<Answer> Answers(AskedFolder model, PlannedBenchmark benchmark, Shard? part)
    {
        const string parts = "answers.part-";
        var folder = FolderOf(model, benchmark);
        Directory.CreateDirectory(folder);
        var own = Path.Combine(folder, part is { } shard ? $"{parts}{shard.Index}-of-{shard.Count}.jsonl" : Stages.AnswersFile);
        return new(own, Directory.GetFiles(folder, "answers*.jsonl").Where(file => file != own).Order(StringComparer.Ordinal));
    }

    string FolderOf(AskedFolder model, PlannedBenchmark benchmark) =>
        Path.Combine(model.Shared ?? Path.Combine(plan.Folder, model.Name), benchmark.Folder);

    /// <summary>Holds what several evaluations share; waits while another of them asks or judges, whose answers are then known.</summary>
    FileLock? Hold(AskedFolder model) =>
        model.Shared is not { } shared
            ? null
            : FileLock.Wait(
                Path.Combine(shared, "lock"),
                () => progress.Note($"Another run asks {model.Name}; its answers are waited for."),
                "Mend that, or choose another folder for base_answers.",
                stop
            );

    string Command() =>
        plan.Command
        ?? ShellCommand.Of([
            "./svco",
            "eval",
            .. EvaluationPlan
                .AllFields.Where(field => field.Get(plan) is { } value && !Equals(Core.Fields.FieldText.Of(value), DefaultOf(field)))
                .SelectMany(field => WordsOf(field.Get(plan)!).Prepend(FieldOptions.NameOf(field))),
        ]);

    static string[] WordsOf(object value) => value as string[] ?? [Core.Fields.FieldText.Of(value)];

    static string DefaultOf(Core.Fields.Field field) => Core.Fields.FieldText.Of(field.Get(new EvaluationPlan("")));
}
