using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Training;
using SVco.Training.Caching;
using SVco.Training.Distributed;

namespace SVco.Experiments;

/// <summary>An experiment from its files to its finished checkpoint.</summary>
/// <param name="experiment">What to run.</param>
/// <param name="progress">Is told what happens.</param>
/// <param name="stop">Asks the run to save its state and end.</param>
/// <param name="ranks">The processes that run it together.</param>
sealed class ExperimentRun(Experiment experiment, RunProgress progress, CancellationToken stop, ICollective ranks)
{
    /// <summary>What rank 0 tells the others where there is nothing to train.</summary>
    const int Ended = 1;

    /// <summary>The adapter that was given in the place of a model; null for a model.</summary>
    AdapterFolder? adapter;

    /// <summary>Runs it; what one of several ranks cannot go on with ends all.</summary>
    public async Task<RunResult> RunAsync(bool restart)
    {
        try
        {
            return await RunOneAsync(restart);
        }
        catch (Exception error) when (ranks.Size > 1)
        {
            // What all ranks see, rank 0 tells.
            await Task.Delay(ranks.Rank == 0 ? TimeSpan.Zero : PatienceWithFirst, CancellationToken.None);
            var what = error is UserException or OperationCanceledException ? error.Message : $"{error}";
            ranks.Abort($"Rank {ranks.Rank} of {ranks.Size} on {Environment.MachineName}: {what}");
            throw;
        }
    }

    static readonly TimeSpan PatienceWithFirst = TimeSpan.FromSeconds(2);

    async Task<RunResult> RunOneAsync(bool restart)
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
            RunBenchmarks.Require(experiment);
            adapter = FindAdapter();
            // Rank 0 downloads, hashes and fills caches; the others wait until it has the run's folder, and find what they need.
            if (ranks.Rank > 0 && ranks.Max(0, mayTakeLong: true) == Ended)
            {
                return RunResult.Of(
                    experiment.Folder,
                    RunState.AlreadyFinished,
                    Path.Combine(experiment.Folder, RunFolder.CheckpointFolder)
                );
            }

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
            var trained = RunOrAlreadyFinished(modelFolder, read, weights, restart);
            return ranks.Rank == 0 ? await RunBenchmarks.AskAsync(experiment, trained, progress, stop) : trained;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && ranks.Size == 1)
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
        return folder.IsFinished ? AlreadyFinished(folder)
            : ranks.Rank == 0 ? progress.Recorded(folder.StatusFile, stop, () => Run(folder, modelFolder, read, weights))
            : Run(folder, modelFolder, read, weights);
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
        RunMemory.Plan(experiment, modelFolder, data, Scoring, Devices.Parse(experiment.Device), areImagesRead, ranks.Size);

    RunFolder Open(string modelFolder, string weights, bool restart)
    {
        var resolved = RunDescription.Resolve(experiment, modelFolder, weights);
        string? Difference(string before) => RunDescription.Difference(before, experiment, resolved);
        return ranks.Rank == 0
            ? RunFolder.Open(experiment.Folder, ExperimentYaml.Write(experiment, resolved), Difference, restart)
            : RunFolder.OfAnotherRank(experiment.Folder, Difference);
    }

    RunResult AlreadyFinished(RunFolder folder)
    {
        ranks.Max(Ended);
        var isThere = !RunFolder.IsGivenAway(folder.Path);
        progress.Note(
            $"This run is finished{(isThere ? $": {folder.Checkpoint}" : ", and its model was given away")}. Train it anew with --restart, or elsewhere with --output."
        );
        return RunResult.Of(folder.Path, RunState.AlreadyFinished, isThere ? folder.Checkpoint : null);
    }

    RunResult Run(RunFolder folder, string modelFolder, RunData read, string weights)
    {
        folder.State.Check(progress.Note);
        NativeLibraries.Load();
        var (data, images) = Prepare(folder, modelFolder, read);
        if (ranks.Rank == 0)
        {
            ranks.Max(0);
        }

        RankAgreement.RequireThreads(ranks);
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
        // Before the weights of a saved state are restored: the reference is the model before training.
        var reference = new RunReference(job, folder, new(fingerprint, images.ContentOf), progress, stop).Get(
            new ReferenceCache(UserCaches.Reference(progress), fingerprint)
        );
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
        if (experiment.Train.Summation == Summation.Fast)
        {
            folder.HoldTo("ranks", $"{ranks.Size} processes");
        }

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
            Ranks = ranks,
            Images =
                experiment.FeatureCache == 0
                    ? new LiveFeatures(model, loader)
                    : new DiskFeatures(model, loader, UserCaches.Features(experiment.FeatureCache, progress), fingerprint),
        };
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
        using var log = ranks.Rank == 0 ? new MetricsLog(folder.Path, trainer.Optimizer.Steps) : null;
        var interrupted = false;
        progress.Go(
            RunStatus.Training,
            trainer.Optimizer.Steps,
            trainer.Steps,
            trainer.Run(stop, ranks.SaysFirst(log?.IsEvaluated ?? false)),
            next =>
            {
                log?.Write(next);
                interrupted |= next is TrainingEvent.Interrupted;
                // Before the state of the same step: a run that is killed between the two makes the step again.
                if (next is TrainingEvent.Stepped { Step: var made } && made % job.Settings.KeepEvery == 0 && made < trainer.Steps)
                {
                    folder.Keep(job.Model, adapter, made);
                }

                if (interrupted || next is TrainingEvent.Stepped { Step: var step } && step % job.Settings.SaveEvery == 0)
                {
                    folder.State.Save(job.Model, adapter, trainer.Optimizer, ranks);
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
