using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Metrics;
using SVco.Core.Miniature;
using SVco.Core.Training;
using SVco.Evaluation.Results;
using SVco.Models;
using SVco.Training;
using TorchSharp;

namespace SVco.Evaluation.Miniature;

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

    // What an examination costs, in sequences that are trained on, about.
    const double ExaminationCost = 60;

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
        var (clock, total, done) = (Stopwatch.StartNew(), missing.Sum(job => Cost(known, job)), 0.0);
        var (data, gate) = (new Dictionary<int, SeedData>(), new Lock());
        Task[] threads =
        [
            .. Enumerable
                .Range(0, Math.Min(workers, missing.Count))
                .Select(_ => Task.Factory.StartNew(Work, TaskCreationOptions.LongRunning)),
        ];
        Task.WhenAll(threads).GetAwaiter().GetResult();
        return [.. jobs.Where(finished.ContainsKey).Select(job => finished[job])];

        string Fingerprint(Job job) => StudyPart.Fingerprint(known, baseModel, job.Treatment, job.Seed);

        void Work()
        {
            NativeLibraries.Load();
            // Threads of one operation wait for each other at every step of it; parts don't.
            torch.set_num_threads(1);
            using var model = MiniatureModel.Load(known.BaseModel);
            var suite = BenchmarkSuite.Draw(known.Split, known.Items);
            while (!stop.IsCancellationRequested && missing.TryDequeue(out var job))
            {
                model.Network.SetTrainable(_ => false);
                model.Network.CopyFrom(known.BaseModel);
                var trained = job.Treatment is null ? ([], 0) : Train(model, Data(model, job.Seed), job.Treatment, job.Seed, stop, Advance);
                if (trained is not var (curves, seconds))
                {
                    return;
                }

                finished[job] = Measure(model, suite, job, curves, seconds);
                finished[job].Save(parts, Fingerprint(job));
                Advance(ExaminationCost);

                void Advance(double cost)
                {
                    lock (gate)
                    {
                        done += cost;
                        progress(new($"{job.Name}, seed {job.Seed}", Math.Min(1, done / total), clock.Elapsed));
                    }
                }
            }
        }

        SeedData Data(MiniatureModel model, int seed)
        {
            lock (data)
            {
                return data.TryGetValue(seed, out var drawn) ? drawn : data[seed] = SeedData.Draw(model, known, seed);
            }
        }
    }

    static double Cost(StudySettings settings, Job job) =>
        ExaminationCost + (job.Treatment is { } treatment ? treatment.Steps * treatment.Sequences : 0);

    /// <summary>Trains the model in place; null when it was stopped.</summary>
    static (ImmutableArray<CurvePoint> Curves, double Seconds)? Train(
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
        var job = new TrainingJob(
            model.Network,
            treatment.Objective,
            treatment.Objective,
            data.Pairs,
            [],
            settings.Validated(),
            _ => model.Vision.Encode,
            new PackedScoring().Score
        );
        using var trainer = new Trainer(
            job,
            [.. model.Network.Parameters.Where(parameter => parameter.Value.requires_grad)],
            data.Reference
        );
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

        return (Curves(treatment.Name, seed, steps), clock.Elapsed.TotalSeconds);
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

    static StudyPart Measure(MiniatureModel model, BenchmarkSuite suite, Job job, ImmutableArray<CurvePoint> curves, double seconds) =>
        new(
            job.Name,
            job.Seed,
            seconds,
            Examination.Score(model, suite, withImages: true),
            job.Treatment is null ? Examination.Score(model, suite, withImages: false) : null,
            CaptionScoring.Perplexities(model, suite.Captions, job.Name, job.Seed),
            curves,
            [
                .. suite
                    .Captions.Take(SensitivityPairs)
                    .SelectMany(
                        (pair, index) =>
                            new[] { ("matching", pair.W.Image), ("mismatching", pair.L.Image) }.Select(shown =>
                            {
                                var (tokens, values) = CaptionScoring.Sensitivity(model, pair.Query, pair.W.Response, shown.Image);
                                return new Sensitivity(job.Name, PictureName(shown.Image), shown.Item1, pair.Query, tokens, values);
                            })
                    ),
            ]
        );

    /// <summary>The name of a picture's file, the same for the same picture.</summary>
    internal static string PictureName(ImageSource image) =>
        $"pictures/{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{image}")))[..12]}.png";

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
            .. metrics.Terms.Where(term => term.Margin is not null).Select(term => ($"margin {term.Name}", term.Margin!.Value)),
            .. metrics.Cells.Select(cell => ($"reward {cell.Cell}", cell.Reward)),
        ];
}
