using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Files;
using SVco.Models;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Training;
using SVco.Training.Caching;
using TorchSharp;

namespace SVco.Experiments;

/// <summary>An experiment from its files to its finished checkpoint.</summary>
static class ExperimentRun
{
    const int InterruptedExitCode = 130;
    const long ReferenceCacheBytes = 1L << 30;
    const long FileCacheBytes = 1L << 20;

    public static async Task<int> Execute(ExperimentOptions options)
    {
        var experiment = options.Experiment;
        Console.WriteLine(
            options.IsTiny
                ? $"{experiment.Name} on the tiny bundled checkpoint and 24 bundled pairs: it shows how a run goes, its numbers mean nothing. Give --model and --data for a real one."
                : $"{experiment.Name} on {experiment.BaseModel.Checkpoint}"
        );
        var modelFolder = await ModelHub.ResolveAsync(experiment.BaseModel.Checkpoint, DownloadDisplay.Create(), Interrupt.Token);
        var weights = ModelFingerprint.Of(modelFolder, Cache("files", FileCacheBytes));
        using var folder = RunFolder.Open(options.Output, ExperimentDescription.Yaml(options, modelFolder, weights), options.Restart);
        if (folder.IsFinished)
        {
            Console.WriteLine($"This run is finished: {folder.Checkpoint}. Train it anew with --restart, or elsewhere with --output.");
            return 0;
        }

        NativeLibraries.Load();
        var data = RunData.Read(options, modelFolder);
        data.Announce(folder);
        folder.HoldTo(data.ImageFingerprint());

        if (options.Memory == Memory.Small)
        {
            NativeHeap.ReturnFreedBlocks();
        }

        var device = Devices.Parse(options.Device);
        var scoring = new PackedScoring { MemorySmall = options.Memory == Memory.Small, TokenBudget = options.TokenBudget };
        AnnounceMemory(experiment, modelFolder, data, scoring, device);
        using var model = Llava.Load(modelFolder, experiment.BaseModel.LoadOptions(device));
        var processor = ImageProcessor.Load(modelFolder);
        float[] LoadPixels(ImageSource image) => processor.Process(ImageRenderer.Render(image), experiment.Settings.Behaviour);
        var fingerprint = Fingerprint(weights, modelFolder, experiment);
        var job = new TrainingJob
        {
            Model = model,
            Objective = experiment.Loss,
            Evaluated = experiment.EvaluatedLoss,
            Train = data.Train,
            Validation = data.Validation,
            Settings = experiment.Settings,
            Images =
                options.FeatureCacheBytes == 0
                    ? new LiveFeatures(model, LoadPixels)
                    : new DiskFeatures(model, LoadPixels, Cache("features", options.FeatureCacheBytes), fingerprint),
            Scoring = scoring,
        };
        var reference =
            ReferenceTable.Read(folder.ReferenceFile, job.Pairs.Length)
            ?? ScoreReference(job, folder, new ReferenceCache(Cache("reference", ReferenceCacheBytes), fingerprint));
        using var adapter = folder.State.RestoreModel(saved => Adapters.Attach(experiment, model, saved));
        return TrainAndSave(job, adapter, reference, folder, data);
    }

    static int TrainAndSave(TrainingJob job, LoraAdapter? adapter, ReferenceTable reference, RunFolder folder, RunData data)
    {
        using var trainer = new Trainer(job, adapter?.Parameters ?? job.Model.Parameters, reference);
        folder.State.Restore(trainer.Optimizer);
        using var log = new MetricsLog(folder.Path, trainer.Optimizer.Steps);
        var interrupted = false;
        RunDisplay.Training(
            "training",
            trainer.Optimizer.Steps,
            trainer.Steps,
            trainer.Run(Interrupt.Token, log.IsEvaluated),
            next =>
            {
                log.Write(next);
                interrupted |= next is TrainingEvent.Interrupted;
                if (
                    next is TrainingEvent.Interrupted
                    || next is TrainingEvent.Stepped { Step: var step } && step % job.Settings.SaveEvery == 0
                )
                {
                    folder.State.Save(job.Model, adapter, trainer.Optimizer);
                }
            }
        );
        if (interrupted)
        {
            Console.WriteLine($"Stopped after step {trainer.Optimizer.Steps} of {trainer.Steps}. The same command goes on from there.");
            return InterruptedExitCode;
        }

        folder.Finish(job.Model, adapter);
        Console.WriteLine($"Finished: {folder.Checkpoint}{data.RefusedNote(folder)}");
        return 0;
    }

    static ReferenceTable ScoreReference(TrainingJob job, RunFolder folder, ReferenceCache cache)
    {
        var scored = new List<(int Pair, ImmutableDictionary<Cell, double> Cells)>();
        if (job.Evaluated.NeedsReference)
        {
            RunDisplay.Count(
                "reference",
                job.Pairs.Length,
                ReferenceScoring.Score(job, cache),
                entry =>
                {
                    // With a large model and many pairs this takes hours; what is scored is in the cache.
                    Interrupt.Token.ThrowIfCancellationRequested();
                    scored.Add(entry);
                }
            );
        }

        var reference = ReferenceTable.Of(job.Pairs.Length, scored);
        reference.Write(folder.ReferenceFile);
        return reference;
    }

    /// <summary>Says what the run will take, before anything is loaded; on the CPU also whether that is there.</summary>
    static void AnnounceMemory(Experiment experiment, string modelFolder, RunData data, PackedScoring scoring, torch.Device device)
    {
        var (model, load) = (experiment.BaseModel, experiment.BaseModel.LoadOptions(device));
        var config = LlavaConfig.Read(Path.Combine(modelFolder, "config.json"));
        var plan = MemoryPlan.For(config, model.IsTrained, data.Train, experiment.Loss.Cells(), experiment.Settings.BatchSize) with
        {
            Type = load.Dtype!.Value,
            VisionType = load.VisionDtype ?? load.Dtype.Value,
            Lora = model.Lora is { } lora ? Adapters.Config(model, lora) : null,
            Scoring = scoring,
        };
        var machine = new MachineMemory();
        var warning = device.type == DeviceType.CPU ? MemoryAdvice.Check(plan, machine.Installed, machine.Free) : null;
        Console.WriteLine(warning ?? $"memory: about {MemoryEstimate.Of(plan)}");
    }

    /// <summary>A cache shared by all experiments of this user.</summary>
    static DiskCache Cache(string name, long maxBytes) => new(CacheRoot.Of(name), maxBytes, RunDisplay.Warn);

    /// <summary>Names all that decides what the base model makes of an image and a text.</summary>
    static string Fingerprint(string weights, string modelFolder, Experiment experiment) =>
        $"{weights} {experiment.BaseModel.Precision} {experiment.BaseModel.VisionPrecision} {experiment.Settings.Behaviour} {File.ReadAllText(Path.Combine(modelFolder, "preprocessor_config.json"))}";
}
