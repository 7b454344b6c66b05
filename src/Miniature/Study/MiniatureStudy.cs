using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Metrics;
using SVco.Core.Training;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Benchmarks;
using SVco.Models;
using SVco.Training;
using TorchSharp;

namespace SVco.Miniature.Study;

/// <summary>
/// The paper in miniature: finetunes one base model with every objective on the same pairs and measures all of them. Each (objective, seed)
/// is a part of its own, kept under its fingerprint: an interrupted study goes on, and what is measured is not measured again.
/// </summary>
public static class MiniatureStudy
{
    /// <summary>The base model's name in tables.</summary>
    public const string Base = "base";

    const int PointsOfACurve = 32;
    internal const int SensitivityPairs = 3;

    // What an item of the benchmarks and a pair to be drawn cost, in batches of sequences that are trained on, about.
    const double ItemCost = 2.4;
    const double PairCost = 0.15;

    sealed record Job(Treatment? Treatment, int Seed)
    {
        public string Name => Treatment?.Name ?? Base;
    }

    /// <summary>Runs what is not there yet and gives everything.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="folder">The study's folder; parts are kept in its folder <c>parts</c>.</param>
    /// <param name="workers">Parts that run at once, each on a thread of its own: one for each core is fastest.</param>
    /// <param name="stop">Ends the study between two steps; finished parts stay.</param>
    /// <param name="progress">Is told how far it is, by any thread.</param>
    /// <returns>The finished parts, the base model first; all of them unless it was stopped.</returns>
    /// <exception cref="UserException">The settings make no sense, or the base model cannot be loaded.</exception>
    public static ImmutableArray<StudyPart> Run(
        StudySettings settings,
        string folder,
        int workers,
        CancellationToken stop,
        Action<StudyProgress> progress
    )
    {
        var known = settings.Checked();
        var (baseModel, parts) = (BaseTraining.Sha256(known.BaseModel), Path.Combine(folder, "parts"));
        Job[] jobs = [new(null, 0), .. known.Seeds.SelectMany(seed => known.Treatments.Select(treatment => new Job(treatment, seed)))];
        var finished = new ConcurrentDictionary<Job, StudyPart>(
            jobs.Select(job => KeyValuePair.Create(job, StudyPart.Find(parts, Fingerprint(job))))
                .Where(found => found.Value is not null)
                .Select(found => KeyValuePair.Create(found.Key, found.Value!))
        );
        // Long parts first, so that no thread is left alone with one at the end.
        var missing = new ConcurrentQueue<Job>(
            jobs.Where(job => !finished.ContainsKey(job)).OrderBy(job => job.Seed).ThenByDescending(job => Cost(known, job))
        );
        var drawing = PairCost * known.Pairs.Pairs;
        var seeds = missing.Where(job => job.Treatment is not null).Select(job => job.Seed).Distinct().Count();
        var (clock, count, total, done, ended) = (
            Stopwatch.StartNew(),
            missing.Count,
            missing.Sum(job => Cost(known, job)) + (seeds * drawing),
            0.0,
            0
        );
        var (data, gate, running) = (new Dictionary<int, SeedData>(), new Lock(), new SortedDictionary<int, PartProgress>());
        // Who fails ends the others too: their parts would only be waited for.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] threads =
        [
            .. Enumerable
                .Range(0, Math.Min(workers, missing.Count))
                .Select(worker => Task.Factory.StartNew(() => WorkOrEnd(worker), TaskCreationOptions.LongRunning)),
        ];
        Task.WhenAll(threads).GetAwaiter().GetResult();
        return [.. jobs.Where(finished.ContainsKey).Select(job => finished[job])];

        string Fingerprint(Job job) => StudyPart.Fingerprint(known, baseModel, job.Treatment, job.Seed);

        void WorkOrEnd(int worker)
        {
            try
            {
                Work(worker);
            }
            catch
            {
                ending.Cancel();
                throw;
            }
        }

        void Work(int worker)
        {
            NativeLibraries.Load();
            // Threads of one operation wait for each other at every step of it; parts don't.
            torch.set_num_threads(1);
            using var model = MiniatureModel.Load(known.BaseModel);
            var suite = known.Benchmarks();
            while (!ending.IsCancellationRequested && missing.TryDequeue(out var job))
            {
                var (begun, spent) = (clock.Elapsed, 0.0);
                model.Network.SetTrainable(_ => false);
                model.Network.CopyFrom(known.BaseModel);
                Trained? trained = new([], 0, null);
                if (job.Treatment is not null)
                {
                    Advance("drawing pairs", 0);
                    var drawn = Data(model, job.Seed);
                    trained = Train(model, drawn, job.Treatment, job.Seed, ending.Token, cost => Advance("training", cost));
                }

                if (trained is null)
                {
                    return;
                }

                Advance("measuring", 0);
                finished[job] = Measure(model, suite, job, trained);
                finished[job].Save(parts, Fingerprint(job));
                lock (gate)
                {
                    (ended, done) = (ended + 1, done + Cost(known, job) - spent);
                    running.Remove(worker);
                    Tell();
                }

                void Advance(string doing, double cost)
                {
                    lock (gate)
                    {
                        (spent, done) = (spent + cost, done + cost);
                        running[worker] = new($"{job.Name}, seed {job.Seed}", doing, spent / Cost(known, job), clock.Elapsed - begun);
                        Tell();
                    }
                }
            }
        }

        void Tell() => progress(new([.. running.Values], ended, count, ended == count ? 1 : Math.Min(1, done / total), clock.Elapsed));

        SeedData Data(MiniatureModel model, int seed)
        {
            lock (data)
            {
                if (!data.TryGetValue(seed, out var drawn))
                {
                    data[seed] = drawn = SeedData.Draw(model, known, seed);
                    lock (gate)
                    {
                        done += drawing;
                    }
                }

                return drawn;
            }
        }
    }

    static double Cost(StudySettings settings, Job job) =>
        job.Treatment is { } treatment
            ? (ItemCost * settings.Items) + (treatment.Steps * treatment.Sequences)
            // With and without images.
            : 2 * ItemCost * settings.Items;

    /// <param name="Curves">What training logged.</param>
    /// <param name="Seconds">The time it took.</param>
    /// <param name="Data">The SHA-256 of the pairs; null for the base model.</param>
    sealed record Trained(ImmutableArray<CurvePoint> Curves, double Seconds, string? Data);

    /// <summary>Trains the model in place; null when it was stopped.</summary>
    static Trained? Train(
        MiniatureModel model,
        SeedData data,
        Treatment treatment,
        int seed,
        CancellationToken stop,
        Action<double> advance
    )
    {
        var clock = Stopwatch.StartNew();
        model.Network.SetTrainable(name => !name.StartsWith("vision_tower."));
        var stepsOfAnEpoch = (data.Pairs.Length + StudySettings.Batch - 1) / StudySettings.Batch;
        var settings = new TrainSettings
        {
            LearningRate = treatment.LearningRate,
            Epochs = (treatment.Steps + stepsOfAnEpoch - 1) / stepsOfAnEpoch,
            MaxSteps = treatment.Steps,
            BatchSize = StudySettings.Batch,
            Accumulation = 1,
            Seed = seed,
            Behaviour = Behaviour.Corrected,
        };
        var job = new TrainingJob
        {
            Model = model.Network,
            Objective = treatment.Objective,
            Train = data.Pairs,
            Settings = settings.Validated(),
            Images = model.Vision,
        };
        using var trainer = new Trainer(job, model.Network.Parameters, data.Reference);
        var steps = new List<TrainingEvent.Stepped>();
        foreach (var next in Scoped(trainer.Run(stop)))
        {
            if (next is TrainingEvent.Interrupted)
            {
                return null;
            }

            steps.Add((TrainingEvent.Stepped)next);
            advance(treatment.Sequences);
        }

        return new(Curves(treatment.Name, seed, steps), clock.Elapsed.TotalSeconds, data.Fingerprint);
    }

    /// <summary>Each element is made in a dispose scope of its own, so that a step leaves no tensors behind.</summary>
    static IEnumerable<T> Scoped<T>(IEnumerable<T> elements)
    {
        using var enumerator = elements.GetEnumerator();
        while (Next())
        {
            yield return enumerator.Current;
        }

        bool Next()
        {
            using var scope = torch.NewDisposeScope();
            return enumerator.MoveNext();
        }
    }

    static StudyPart Measure(MiniatureModel model, BenchmarkSuite suite, Job job, Trained trained) =>
        new(
            job.Name,
            job.Seed,
            trained.Seconds,
            trained.Data,
            Examination.Score(model, suite, withImages: true),
            job.Treatment is null ? Examination.Score(model, suite, withImages: false) : null,
            CaptionScoring.Perplexities(model, suite.Captions, job.Name, job.Seed),
            trained.Curves,
            [
                .. suite
                    .Captions.Take(SensitivityPairs)
                    .SelectMany(pair =>
                        new[] { ("matching", pair.W.Image), ("mismatching", pair.L.Image) }.Select(shown =>
                        {
                            var (tokens, values) = CaptionScoring.Sensitivity(model, pair.Query, pair.W.Response, shown.Image);
                            return new Sensitivity(job.Name, PictureName(shown.Image), shown.Item1, pair.Query, tokens, values);
                        })
                    ),
            ]
        );

    /// <summary>The name of a picture's file, the same for the same picture.</summary>
    internal static string PictureName(ImageSource image) => $"pictures/{ContentHash.Of($"{image}")[..12]}.png";

    static ImmutableArray<CurvePoint> Curves(string model, int seed, IReadOnlyList<TrainingEvent.Stepped> steps) =>
        [
            .. steps
                .Chunk(Math.Max(1, steps.Count / PointsOfACurve))
                .SelectMany(window =>
                    window
                        .SelectMany(step => Series(step.Metrics))
                        .GroupBy(point => point.Name)
                        .Select(series => new CurvePoint(model, seed, series.Key, window[^1].Step, series.Average(point => point.Value)))
                ),
        ];

    static IEnumerable<(string Name, double Value)> Series(TableMetrics metrics) =>
        [
            ("loss", metrics.Loss),
            .. metrics.Terms.Select(term => ($"loss {term.Name}", term.Loss)),
            .. metrics.Terms.Where(term => term.Accuracy is not null).Select(term => ($"accuracy {term.Name}", term.Accuracy!.Value)),
            .. metrics.Terms.Where(term => term.Margin is not null).Select(term => ($"margin {term.Name}", term.Margin!.Value)),
            .. metrics.Cells.Select(cell => ($"reward {cell.Cell}", cell.Reward)),
        ];
}
