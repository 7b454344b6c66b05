using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Models.Text;
using SVco.Scripting.Host;
using SVco.Training;
using SVco.Training.Caching;
using TorchSharp;

namespace SVco.Scripting.Experiments;

/// <summary>An experiment from its files to its finished checkpoint.</summary>
static class ExperimentRun
{
    const int InterruptedExitCode = 130;
    const int MostRefusalsShown = 10;

    public static async Task<int> Execute(ExperimentOptions options)
    {
        var experiment = options.Experiment;
        Console.WriteLine(
            options.IsTiny
                ? $"{experiment.Name} on the tiny bundled checkpoint and 24 bundled pairs: it shows how a run goes, its numbers mean nothing. Give --model and --data for a real one."
                : $"{experiment.Name} on {experiment.BaseModel.Checkpoint}"
        );
        var modelFolder = await ModelHub.ResolveAsync(experiment.BaseModel.Checkpoint, DownloadDisplay.Create(), Interrupt.Token);
        var folder = RunFolder.Open(options.Output, ExperimentDescription.Yaml(options, modelFolder), options.Restart);
        if (folder.IsFinished)
        {
            Console.WriteLine($"This run is finished: {folder.Checkpoint}. Train it anew with --restart, or elsewhere with --output.");
            return 0;
        }

        NativeLibraries.Load();
        var (train, validation, refused) = Pairs(options, modelFolder);
        Report(folder, train, validation, refused);

        var device = Devices.Parse(options.Device);
        using var model = Llava.Load(modelFolder, new LoadOptions { Device = device });
        var processor = ImageProcessor.Load(modelFolder);
        torch.Tensor LoadPixels(ImageSource image) =>
            torch
                .tensor(processor.Process(ImageRenderer.Render(image), experiment.Settings.Behaviour))
                .view(3, processor.Size, processor.Size)
                .to(device);
        var job = new TrainingJob(
            model,
            experiment.Loss,
            experiment.EvaluatedLoss,
            train,
            validation,
            experiment.Settings,
            LoadPixels,
            PlainScoring.Score
        );
        var reference =
            folder.Reference(job.ScoredPairs) ?? ScoreReference(job, folder, ReferenceCache(modelFolder, experiment.Settings.Behaviour));
        using var adapter = Adapter(experiment, model, folder.NewestModel);
        if (adapter is null && folder.NewestModel is { } saved)
        {
            model.CopyFrom(saved);
        }

        return TrainAndSave(job, adapter, reference, folder, refused.Length);
    }

    /// <summary>Opens a file of pairs.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static FileStream OpenPairs(string file) =>
        File.Exists(file)
            ? File.OpenRead(file)
            : throw new UserException($"The file of pairs {Path.GetFullPath(file)} does not exist. Check --data and --validation.");

    static int TrainAndSave(
        TrainingJob job,
        LoraAdapter? adapter,
        ImmutableDictionary<PreparedPair, ImmutableDictionary<Cell, double>> reference,
        RunFolder folder,
        int refused
    )
    {
        ImmutableArray<NamedTensor> trainable =
        [
            .. (adapter?.Parameters ?? job.Model.Parameters).Where(parameter => parameter.Value.requires_grad),
        ];
        using var trainer = new Trainer(job, trainable, reference);
        folder.Restore(trainer.Optimizer);
        using var log = new MetricsLog(folder.Path, trainer.Optimizer.Steps);
        var interrupted = false;
        RunDisplay.Training(
            "training",
            trainer.Optimizer.Steps,
            trainer.Steps,
            trainer.Run(Interrupt.Token),
            next =>
            {
                log.Write(next);
                interrupted |= next is TrainingEvent.Interrupted;
                if (
                    next is TrainingEvent.Interrupted
                    || next is TrainingEvent.Stepped { Step: var step } && step % job.Settings.SaveEvery == 0
                )
                {
                    folder.Save(job.Model, adapter, trainer.Optimizer);
                }
            }
        );
        if (interrupted)
        {
            Console.WriteLine($"Stopped after step {trainer.Optimizer.Steps} of {trainer.Steps}. The same command goes on from there.");
            return InterruptedExitCode;
        }

        folder.Finish(job.Model, adapter);
        Console.WriteLine(
            refused == 0
                ? $"Finished: {folder.Checkpoint}"
                : $"Finished: {folder.Checkpoint}; {Count(refused, "pair")} {(refused == 1 ? "was" : "were")} refused, see {folder.RefusedFile}"
        );
        return 0;
    }

    static (ImmutableArray<PreparedPair> Train, ImmutableArray<PreparedPair> Validation, ImmutableArray<Refusal> Refused) Pairs(
        ExperimentOptions options,
        string modelFolder
    )
    {
        var (experiment, settings) = (options.Experiment, options.Experiment.Settings);
        var tokenizer = Tokenizer.Load(modelFolder);
        var chat = ChatFormat.For(tokenizer, modelFolder);
        var parsed = new Dictionary<string, MvcData>();
        IReadOnlyList<ContrastPair> Parse(string file)
        {
            if (!parsed.TryGetValue(file, out var data))
            {
                using var reader = new StreamReader(OpenPairs(file));
                var root = options.Files.ImageRoot ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
                parsed[file] = data = MvcJson.Parse(reader.ReadToEnd(), Path.GetFileName(file), root);
            }

            return data.Pairs;
        }

        (ImmutableArray<PreparedPair> Prepared, ImmutableArray<Refusal> Refused) Prepare(Recipe recipe) =>
            PairPreparation.Prepare(
                recipe.Pairs(source => Mvc.Read(source, options.Files, Parse)),
                chat,
                settings.MaxTextLength,
                settings.Behaviour
            );

        var train = Prepare(experiment.TrainData);
        var validation = experiment.ValidationData is { } recipe ? Prepare(recipe) : ([], []);
        return (
            train.Prepared,
            validation.Prepared,
            [.. parsed.Values.SelectMany(data => data.Refusals), .. train.Refused, .. validation.Refused]
        );
    }

    static void Report(
        RunFolder folder,
        ImmutableArray<PreparedPair> train,
        ImmutableArray<PreparedPair> validation,
        ImmutableArray<Refusal> refused
    )
    {
        Console.WriteLine($"{Count(train.Length, "pair")} to train on, {validation.Length} for validation, {refused.Length} refused");
        foreach (var refusal in refused.Take(MostRefusalsShown))
        {
            Console.WriteLine($"  refused {refusal.Id}: {refusal.Reason}");
        }

        if (refused.Length > MostRefusalsShown)
        {
            Console.WriteLine($"  and {refused.Length - MostRefusalsShown} more in {folder.RefusedFile}");
        }

        folder.WriteRefused(refused);
        CheckImages([.. train, .. validation]);
        if (train.IsEmpty)
        {
            throw new UserException("There is no pair to train on. Look at the reasons above, or at the filters of the script's recipe.");
        }
    }

    static void CheckImages(ImmutableArray<PreparedPair> pairs)
    {
        var missing = pairs
            .SelectMany(pair =>
                new[] { pair.Pair.W.Image, pair.Pair.L.Image }.SelectMany(image => image.Files).Select(file => (pair.Pair.Id, File: file))
            )
            .Where(image => !File.Exists(image.File))
            .ToArray();
        if (missing.Length > 0)
        {
            throw new UserException(
                $"{Count(missing.Length, "image")} of the pairs do not exist; the first is {missing[0].File} of {missing[0].Id}. "
                    + "Say where relative paths begin with --images."
            );
        }
    }

    static ImmutableDictionary<PreparedPair, ImmutableDictionary<Cell, double>> ScoreReference(
        TrainingJob job,
        RunFolder folder,
        ReferenceCache cache
    )
    {
        var scored = ImmutableDictionary.CreateBuilder<PreparedPair, ImmutableDictionary<Cell, double>>();
        if (job.Evaluated.NeedsReference)
        {
            RunDisplay.Count(
                "reference",
                job.ScoredPairs.Length,
                ReferenceScoring.Score(job, cache),
                entry => scored[entry.Pair] = entry.Cells
            );
        }

        var reference = scored.ToImmutable();
        folder.WriteReference(job.ScoredPairs, reference);
        return reference;
    }

    /// <summary>Shared by all experiments of this user.</summary>
    static ReferenceCache ReferenceCache(string modelFolder, Behaviour behaviour)
    {
        DiskCache Cache(string name) => new(Path.Combine(DiskCache.DefaultRoot, name), maxBytes: 1L << 30, Console.WriteLine);
        var processor = File.ReadAllText(Path.Combine(modelFolder, "preprocessor_config.json"));
        return new ReferenceCache(Cache("reference"), $"{ModelFingerprint.Of(modelFolder, Cache("files"))} fp32 {behaviour} {processor}");
    }

    static LoraAdapter? Adapter(Experiment experiment, Llava model, string? saved)
    {
        var frozen = experiment.BaseModel.Frozen;
        model.SetTrainable(name => (ModelSpec.PartOf(name) & frozen) == 0);
        if (experiment.BaseModel.Lora is not { } lora)
        {
            return null;
        }

        var adapter = saved is null
            ? LoraAdapter.Create(model, lora.Rank, lora.Alpha, lora.Targets, experiment.Settings.Seed)
            : LoraAdapter.Load(saved, model);
        adapter.Train();
        return adapter;
    }

    static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}
