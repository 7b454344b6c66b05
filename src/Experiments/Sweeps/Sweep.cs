using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Experiments;

/// <summary>One experiment at the points of a search space, over seeds.</summary>
/// <param name="Name">Names the folder.</param>
/// <param name="Base">What all runs have in common.</param>
/// <param name="Space">The points.</param>
public sealed record Sweep(string Name, Experiment Base, SearchSpace Space)
{
    /// <summary>The most runs of a sweep; more are a mistake in writing.</summary>
    const int MostRuns = 10_000;

    /// <summary>The field of what the runs' evaluations have in common.</summary>
    internal const string BaseAnswers = "evaluate.base_answers";

    /// <summary>The script that makes the experiment; null where the sweep's file says it all.</summary>
    public string? Script { get; init; }

    /// <summary>The seeds that each point is run with; empty for the experiment's own.</summary>
    public ImmutableArray<int> Seeds { get; init; } = [];

    /// <summary>What the points are compared by.</summary>
    public SweepMetric Metric { get; init; } = SweepMetric.ValidationLoss;

    /// <summary>The models that stay on the disk.</summary>
    public SweepKeep Keep { get; init; } = SweepKeep.All;

    /// <summary>Whether few steps decide which points are trained to the end; null where all are.</summary>
    public SuccessiveHalving? Halving { get; init; }

    /// <summary>The folder; runs/NAME when not given.</summary>
    public string? Output { get; init; }

    internal string Folder => Output ?? Path.Combine("runs", Name);

    /// <summary>The runs, those of a point beside each other.</summary>
    /// <exception cref="UserException">There are too many, or one makes no sense.</exception>
    public ImmutableArray<SweepRun> Runs()
    {
        var points = Space.Points();
        int[] seeds = Seeds.IsEmpty ? [Base.Train.Seed] : [.. Seeds];
        return (long)points.Length * seeds.Length > MostRuns
            ? throw new UserException(
                $"The sweep {Name} would have {points.Length} points with {seeds.Length} seeds; at most {MostRuns} runs can be made. Take values away, or draw some with `random:`."
            )
            : [.. from point in points from seed in seeds select Of(point, seed)];
    }

    SweepRun Of(SweepPoint point, int seed)
    {
        try
        {
            var experiment = point
                .On(Base)
                .With(SweepYaml.Seed, seed)
                .With("output", Path.Combine(Folder, SweepFolder.RunsFolder, SweepRun.NameOf(point, seed)));
            // The runs' evaluations compare with the same base models, which are asked once.
            var isShared = experiment.Evaluate is { IsAsked: true, BaseAnswers: null };
            return new(
                point,
                seed,
                (isShared ? experiment.With(BaseAnswers, Path.Combine(Folder, SweepFolder.BaseAnswersFolder)) : experiment).Validated()
            );
        }
        catch (UserException error)
        {
            throw new UserException($"The point {point}: {error.Message}", error);
        }
    }

    /// <summary>The steps after which each rung ends; the last, or the only one where nothing is halved, is the whole run's: null.</summary>
    internal ImmutableArray<int?> Rungs =>
        [.. Halving?.Rungs(Base.Train.MaxSteps!.Value).SkipLast(1).Select(steps => (int?)steps) ?? [], null];
}
