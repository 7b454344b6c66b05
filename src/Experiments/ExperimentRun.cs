using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Core.Objectives;
using SVco.Files;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Training;
using SVco.Training.Caching;

namespace SVco.Experiments;

/// <summary>An experiment from its files to its finished checkpoint.</summary>
/// <param name="experiment">What to run.</param>
/// <param name="progress">Is told what happens.</param>
/// <param name="stop">Asks the run to save its state and end.</param>
sealed class ExperimentRun(Experiment experiment, RunProgress progress, CancellationToken stop)
{
    /// <summary>The adapter that was given in the place of a model; null for a model.</summary>
    AdapterFolder? adapter;

    public async Task<RunResult> RunAsync(bool restart)
    {
        experiment.Validated();
        progress.Note(
            Tiny.IsIn(experiment)
                ? $"{experiment.Name} on the tiny bundled checkpoint and 24 bundled pairs: it shows how a run goes, its numbers mean nothing. Give --model and --data for a real one."
                : $"{experiment.Name} on {experiment.Model.Checkpoint}"
        );
        try
        {
            // Before a download: whether there are files of pairs at all.
            experiment.Data.RequireFiles();
            RequireBenchmarks(experiment);
            adapter = FindAdapter();
            var modelFolder = await ModelHub.ResolveAsync(
                adapter?.Base ?? experiment.Model.Checkpoint,
                progress,
                stop,
                beforeWeights: partial => Usable(Read(partial), partial, _ => { })
            );
            // Before weights are looked at, and 16 GB hashed.
            var read = Read(modelFolder);
            foreach (var note in read.Notes)
            {
                progress.Note(note);
            }

            ModelFolder.Check(modelFolder);
            var weights = ModelFingerprint.Of(modelFolder, UserCaches.Files(progress), progress.Note);
            weights = adapter?.FingerprintOn(weights) ?? weights;
            return await EvaluatedAsync(RunOrAlreadyFinished(modelFolder, read, weights, restart));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.Note("Stopped before the first step.");
            return RunResult.Of(experiment.Folder, RunState.Interrupted, null);
        }
    }

    /// <summary>The pairs, once it is sure that they fit the model's files, that there are any, and that memory and disk are large enough.</summary>
    RunData Read(string modelFolder)
    {
        NativeLibraries.Load();
        var config = ModelFolder.CheckWithoutWeights(modelFolder);
        Adapters.Require(experiment, config);
        var read = RunData.Read(experiment, modelFolder, config);
        read.RequirePairs();
        var plan = Plan(read, modelFolder, areImagesRead: false);
        RunMemory.Describe(plan, Devices.Parse(experiment.Device));
        if (!Directory.Exists(experiment.Folder))
        {
            RunSpace.CheckNew(experiment, plan, modelFolder, read.Train.Length);
        }

        return read;
    }

    RunResult RunOrAlreadyFinished(string modelFolder, RunData read, string weights, bool restart)
    {
        using var folder = Open(modelFolder, weights, restart);
        return folder.IsFinished
            ? AlreadyFinished(folder)
            : progress.Recorded(folder.StatusFile, stop, () => Run(folder, modelFolder, read, weights));
    }

    /// <summary>That a benchmark is not there or the judge has no key is told before training and not after it.</summary>
    /// <exception cref="UserException">It would be.</exception>
    public static void RequireBenchmarks(Experiment experiment)
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
    async Task<RunResult> EvaluatedAsync(RunResult trained)
    {
        if (trained.State == RunState.Interrupted || experiment.Evaluation is not { } plan)
        {
            return trained;
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

    AdapterFolder? FindAdapter()
    {
        if (AdapterFolder.Find(experiment.Model.Checkpoint) is not { } found)
        {
            return null;
        }

        if (experiment.Model.Lora is not null)
        {
            // What is saved then would name a base model that is nowhere.
            throw new UserException(
                $"{found.Path} is a LoRA adapter of {found.Base}, on which no further adapters can be trained. Train the parts themselves, or merge the two "
                    + "first: in Python PeftModel.from_pretrained(BASE, ADAPTER).merge_and_unload().save_pretrained(OTHER), likewise the processor."
            );
        }

        progress.Note(
            $"{found.Path} is a LoRA adapter; training goes on from its base model {found.Base} with the adapter merged into it."
        );
        return found;
    }

    PackedScoring Scoring => new() { MemorySmall = experiment.Memory == Memory.Small, TokenBudget = experiment.TokenBudget };

    MemoryPlan Plan(RunData data, string modelFolder, bool areImagesRead) =>
        RunMemory.Plan(experiment, modelFolder, data, Scoring, Devices.Parse(experiment.Device), areImagesRead);

    RunFolder Open(string modelFolder, string weights, bool restart)
    {
        var resolved = RunDescription.Resolve(experiment, modelFolder, weights);
        return RunFolder.Open(
            experiment.Folder,
            ExperimentYaml.Write(experiment, resolved),
            before => RunDescription.Difference(before, experiment, resolved),
            restart
        );
    }

    RunResult AlreadyFinished(RunFolder folder)
    {
        progress.Note($"This run is finished: {folder.Checkpoint}. Train it anew with --restart, or elsewhere with --output.");
        return RunResult.Of(folder.Path, RunState.AlreadyFinished, folder.Checkpoint);
    }

    RunResult Run(RunFolder folder, string modelFolder, RunData read, string weights)
    {
        folder.State.Check(progress.Note);
        NativeLibraries.Load();
        var (data, images) = Prepare(folder, modelFolder, read);
        if (experiment.Memory == Memory.Small)
        {
            NativeHeap.ReturnFreedBlocks();
        }

        var device = Devices.Parse(experiment.Device);
        var plan = Plan(data, modelFolder, areImagesRead: true);
        var memory = RunMemory.Describe(plan, device);
        RunSpace.Check(experiment, plan, modelFolder, folder, data.Train.Length);
        progress.Note(memory);
        using var model = VisionLanguageModel.Load(modelFolder, experiment.Model.LoadOptions(device));
        adapter?.MergeInto(model);
        var fingerprint = Fingerprint(weights, modelFolder);
        var job = Job(model, data, fingerprint);
        var keys = new ReferenceKeys(fingerprint, images.ContentOf);
        ImmutableArray<string> names = [.. job.Pairs.Select(pair => keys.OfPair(pair, job.Evaluated.ReferenceCells()))];
        // Before the weights of a saved state are restored: the reference is the model before training.
        var reference =
            (
                ReferenceTable.Read(folder.ReferenceFile, names, progress.Note) is { } known && known.Has(job.Evaluated.ReferenceCells())
                    ? known
                    : null
            ) ?? ScoreReference(job, folder, names, new ReferenceCache(UserCaches.Reference(progress), fingerprint));
        using var trained = folder.State.RestoreModel(saved => Adapters.Restore(experiment, model, saved));
        return TrainAndSave(job, trained, reference, folder, data);
    }

    /// <summary>The pairs, which must be those that the run in the folder began with.</summary>
    (RunData Data, RunImages Images) Prepare(RunFolder folder, string modelFolder, RunData read)
    {
        var (data, images) = Usable(read, modelFolder, usable => folder.WriteRefused(usable.Refused));
        foreach (var line in data.Summary(folder.RefusedFile))
        {
            progress.Note(line);
        }

        if (PairContrasts.Line(data, images.ContentOf) is { } counts)
        {
            progress.Note(counts);
        }

        folder.HoldTo("pairs", data.Fingerprint());
        // What the processor makes of them belongs to them.
        folder.HoldTo("images", ContentHash.Of($"{images.Fingerprint(data)}\n{ImageProcessor.SettingsOf(modelFolder)}"));
        return (data, images);
    }

    /// <summary>The pairs that can be trained on, with their images read.</summary>
    (RunData Data, RunImages Images) Usable(RunData read, string modelFolder, Action<RunData> refuse)
    {
        var processor = ImageProcessor.Load(modelFolder);
        var images = RunImages.Read(
            read,
            processor,
            ImageProcessor.SettingsOf(modelFolder),
            experiment.Train.Behaviour,
            UserCaches.Images(progress),
            progress,
            stop
        );
        var data = images.Usable(read, experiment.Data.SkipBroken, refuse);
        data.RequirePairs();
        if (!experiment.Data.AllowOverlap)
        {
            PairContrasts.RequireNoOverlap(data, images.ContentOf);
        }

        return (data, images);
    }

    TrainingSetup Job(VisionLanguageModel model, RunData data, string fingerprint)
    {
        var loader = ImageProcessor.Load(model.Folder).Loader(experiment.Train.Behaviour);
        return new()
        {
            Model = model,
            Objective = experiment.Objective,
            Evaluated = experiment.EvaluatedObjective,
            Train = data.Train,
            Validation = data.Validation,
            Settings = experiment.Train,
            Scoring = Scoring,
            Images =
                experiment.FeatureCache == 0
                    ? new LiveFeatures(model, loader)
                    : new DiskFeatures(model, loader, UserCaches.Features(experiment.FeatureCache, progress), fingerprint),
        };
    }

    ReferenceTable ScoreReference(TrainingSetup job, RunFolder folder, ImmutableArray<string> names, ReferenceCache cache)
    {
        var scored = new List<(int Pair, ImmutableDictionary<Cell, double> Cells)>();
        if (job.Evaluated.NeedsReference)
        {
            progress.Go(
                "reference",
                done: 0,
                job.Pairs.Length,
                ReferenceScoring.Score(job, cache),
                entry =>
                {
                    // With a large model and many pairs this takes hours; what is scored is in the cache.
                    stop.ThrowIfCancellationRequested();
                    scored.Add(entry);
                    progress.Tell(new RunEvent.Advanced());
                }
            );
        }

        var reference = ReferenceTable.Of(job.Pairs.Length, scored);
        reference.Write(folder.ReferenceFile, names);
        return reference;
    }

    RunResult TrainAndSave(TrainingSetup job, LoraAdapter? adapter, ReferenceTable reference, RunFolder folder, RunData data)
    {
        using var trainer = new Trainer(job, adapter?.Parameters ?? job.Model.Parameters, reference);
        folder.State.Restore(trainer.Optimizer);
        if (Train(trainer, job, adapter, folder))
        {
            folder.Finish(job.Model, adapter);
            progress.Tell(new RunEvent.Finished(folder.Path));
            progress.Note($"Finished: {folder.Checkpoint}{data.RefusedNote(folder)}");
            return RunResult.Of(folder.Path, RunState.Finished, folder.Checkpoint);
        }

        progress.Note($"Stopped after step {trainer.Optimizer.Steps} of {trainer.Steps}; the state is saved.");
        return RunResult.Of(folder.Path, RunState.Interrupted, null);
    }

    /// <summary>Makes the steps that are left, logs them and saves now and then; false when it was asked to stop.</summary>
    bool Train(Trainer trainer, TrainingSetup job, LoraAdapter? adapter, RunFolder folder)
    {
        using var log = new MetricsLog(folder.Path, trainer.Optimizer.Steps);
        var interrupted = false;
        progress.Go(
            RunStatus.Training,
            trainer.Optimizer.Steps,
            trainer.Steps,
            trainer.Run(stop, log.IsEvaluated),
            next =>
            {
                log.Write(next);
                interrupted |= next is TrainingEvent.Interrupted;
                // Before the state of the same step: a run that is killed between the two makes the step again.
                if (next is TrainingEvent.Stepped { Step: var made } && made % job.Settings.KeepEvery == 0 && made < trainer.Steps)
                {
                    folder.Keep(job.Model, adapter, made);
                }

                if (interrupted || next is TrainingEvent.Stepped { Step: var step } && step % job.Settings.SaveEvery == 0)
                {
                    folder.State.Save(job.Model, adapter, trainer.Optimizer);
                }

                progress.Tell(new RunEvent.Trained(next));
            }
        );
        return !interrupted;
    }

    /// <summary>Names all that decides what the base model makes of an image and a text.</summary>
    string Fingerprint(string weights, string modelFolder) =>
        // The number is of how images are read; it grows when that changes.
        $"{weights} images 3 {experiment.Model.Precision} {experiment.Model.VisionPrecision} {experiment.Train.Behaviour} {ImageProcessor.SettingsOf(modelFolder)}";
}
