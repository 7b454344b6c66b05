using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Answers;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Benchmarks;
using SVco.Models;
using SVco.Training.Scheduling;
using TorchSharp;

namespace SVco.Miniature.Study;

/// <summary>
/// The paper in miniature: finetunes one base model with every objective on the same pairs and measures all of them. Each (objective, seed)
/// is a job of its own, kept under its fingerprint: an interrupted study goes on, and what is measured is not measured again.
/// </summary>
public static class MiniatureStudy
{
    /// <summary>The base model's name in tables.</summary>
    public const string Base = "base";

    // What an item of the benchmarks and a pair to be drawn cost, in batches of sequences that are trained on, about.
    const double ItemCost = 2.4;
    const double PairCost = 0.15;

    /// <summary>How many captions of the hallucination benchmark a report shows.</summary>
    internal const int Examples = 8;

    internal const int SensitivityPairs = 3;

    /// <summary>What each thread has for itself.</summary>
    sealed record Worker(MiniatureModel Model, ImmutableArray<Benchmark> Benchmarks, ImmutableArray<ContrastPair> Captions) : IDisposable
    {
        public static Worker Of(StudySettings settings)
        {
            NativeLibraries.Load();
            // Threads of one operation wait for each other at every step of it; jobs do not.
            torch.set_num_threads(1);
            return new(MiniatureModel.Load(settings.BaseModel), settings.Benchmarks(), settings.Captions());
        }

        public void Dispose() => Model.Dispose();
    }

    /// <summary>Runs what is not there yet and gives everything.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="folder">The study's folder; measured models are kept in its folder <c>measured</c>, answers and verdicts beside each.</param>
    /// <param name="workers">Models that are trained at once, each on a thread of its own: one for each core is fastest.</param>
    /// <param name="stop">Ends the study between two steps; measured models stay.</param>
    /// <param name="progress">Is told how far it is, by any thread.</param>
    /// <returns>The measured models, the base model first; all of them unless it was stopped.</returns>
    /// <exception cref="UserException">The settings make no sense, or the base model cannot be loaded.</exception>
    public static ImmutableArray<MeasuredModel> Run(
        StudySettings settings,
        string folder,
        int workers,
        CancellationToken stop,
        Action<JobsProgress> progress
    )
    {
        var known = settings.Validated();
        var (baseModel, measured, data) = (BaseTraining.Sha256(known.BaseModel), Path.Combine(folder, "measured"), new SeedDatas(known));
        return JobScheduler.Run(
            [Job(null, 0), .. from seed in known.Seeds from treatment in known.Treatments select Job(treatment, seed)],
            () => Worker.Of(known),
            workers,
            stop,
            progress
        );

        Job<Worker, MeasuredModel> Job(Treatment? treatment, int seed)
        {
            var fingerprint = MeasuredModel.Fingerprint(known, baseModel, treatment, seed);
            return new(
                $"{treatment?.Name ?? Base}, seed {seed}",
                Cost(known, treatment),
                () => MeasuredModel.Find(measured, fingerprint),
                (worker, work) =>
                {
                    var trained = Train(known, worker.Model, data, treatment, seed, work);
                    work.Advance("measuring", 0);
                    return Measure(
                        worker,
                        treatment?.Name,
                        seed,
                        trained,
                        fingerprint,
                        MeasuredModel.AnswersOf(measured, fingerprint),
                        work.Stop
                    );
                },
                model => model.Save(measured, fingerprint)
            )
            {
                Round = seed,
            };
        }
    }

    // Drawing the pairs is shared by all treatments of a seed, and so is its cost.
    static double DrawingCost(StudySettings settings) => PairCost * settings.Pairs.Pairs / settings.Treatments.Length;

    static double Cost(StudySettings settings, Treatment? treatment) =>
        treatment is not null
            ? DrawingCost(settings) + (ItemCost * settings.Items) + (treatment.Steps * treatment.Sequences)
            // With and without images.
            : 2 * ItemCost * settings.Items;

    /// <summary>Makes the worker's model the base model, and trains it if there is a treatment.</summary>
    static StudyTraining Train(
        StudySettings settings,
        MiniatureModel model,
        SeedDatas data,
        Treatment? treatment,
        int seed,
        JobContext work
    )
    {
        model.Network.SetTrainable(Part.None);
        model.Network.CopyFrom(settings.BaseModel);
        if (treatment is null)
        {
            return StudyTraining.None;
        }

        work.Advance("drawing pairs", 0);
        var drawn = data.Of(model, seed);
        work.Advance("training", DrawingCost(settings));
        return StudyTraining.Run(model, drawn, treatment, seed, work.Stop, cost => work.Advance("training", cost));
    }

    static MeasuredModel Measure(
        Worker worker,
        string? treatment,
        int seed,
        StudyTraining trained,
        string fingerprint,
        string answers,
        CancellationToken stop
    )
    {
        var (name, asked) = (treatment ?? Base, worker.Model.Asked(fingerprint));
        var seen = Stages.Run(asked, worker.Benchmarks, new AskSettings(), answers, stop);
        var unseen = treatment is null ? Stages.Run(asked, worker.Benchmarks, new AskSettings(WithImages: false), answers, stop) : default;
        var captions = seen.Single(result => result.Benchmark.Name == BenchmarkSuite.HallucinationName);
        return new(
            name,
            seed,
            trained.Seconds,
            trained.Data,
            MetricResults.Of(name, seed, seen, treatment is null ? unseen : null),
            [
                .. captions
                    .Answers.Zip(captions.Verdicts)
                    .Take(Examples)
                    .Select(one => new ModelAnswer(name, one.First.Text, one.Second.Marks[SceneGrader.ContentMark])),
            ],
            CaptionScoring.Perplexities(worker.Model, worker.Captions, name, seed),
            trained.Curves,
            [.. worker.Captions.Take(SensitivityPairs).SelectMany(pair => Sensitivities(worker.Model, name, pair))]
        );
    }

    /// <summary>The original caption of a pair under each of its images.</summary>
    static IEnumerable<Sensitivity> Sensitivities(MiniatureModel model, string name, ContrastPair pair) =>
        new[] { ("matching", pair.W.Image), ("mismatching", pair.L.Image) }.Select(shown =>
        {
            var (tokens, values) = CaptionScoring.Sensitivity(model, pair.Query, pair.W.Response, shown.Image);
            return new Sensitivity(name, PictureName(shown.Image), shown.Item1, pair.Query, tokens, values);
        });

    /// <summary>The name of a picture's file, the same for the same picture.</summary>
    internal static string PictureName(ImageSource image) => $"pictures/{ContentHash.Of($"{image}")[..12]}.png";
}
