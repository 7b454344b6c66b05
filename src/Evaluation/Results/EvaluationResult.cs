using System.Collections.Immutable;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Results;

/// <summary>Answers to a benchmark's items and what they are worth.</summary>
/// <param name="Answers">The items' answers in the order of the items, each run of an item after the other.</param>
/// <param name="Verdicts">At least one for each answer; an answer that was judged several times has as many.</param>
public sealed record GradedAnswers(ImmutableArray<Answer> Answers, ImmutableArray<Verdict> Verdicts)
{
    /// <summary>Where nothing was asked.</summary>
    public static GradedAnswers None { get; } = new([], []);

    /// <summary>Whether nothing was asked.</summary>
    public bool IsEmpty => Answers.IsEmpty;
}

/// <summary>What a model did in a benchmark.</summary>
/// <param name="Benchmark">The benchmark, with the items that were asked.</param>
/// <param name="WithImages">As the benchmark is meant.</param>
/// <param name="WithoutImages">The same questions without their images; none where that was not asked.</param>
public sealed record EvaluatedBenchmark(Benchmark Benchmark, GradedAnswers WithImages, GradedAnswers WithoutImages)
{
    /// <summary>The verdicts of both.</summary>
    public IEnumerable<Verdict> AllVerdicts => WithImages.Verdicts.Concat(WithoutImages.Verdicts);
}

/// <summary>A model and what it did.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Checkpoint">The folder or hub id.</param>
/// <param name="Benchmarks">Of each benchmark that it was asked.</param>
public sealed record EvaluatedModel(string Name, string Checkpoint, ImmutableArray<EvaluatedBenchmark> Benchmarks)
{
    /// <summary>Names all that decides what it answers; empty where nobody knows.</summary>
    public string Content { get; init; } = "";

    /// <summary>How questions were put to it, where models of several evaluations stand together; else those of the evaluation count.</summary>
    public ImmutableArray<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>What tables are made of.</summary>
    public ModelVerdicts Verdicts =>
        new(Name, [.. Benchmarks.Select(one => new BenchmarkVerdicts(one.Benchmark, one.WithImages.Verdicts, one.WithoutImages.Verdicts))]);
}

/// <summary>What a person must know to read the numbers of a benchmark right.</summary>
/// <param name="Benchmark">Its name.</param>
/// <param name="Source">Which copy was read: layout and folder.</param>
/// <param name="Judge">Who judged, by which prompts; empty where a rule grades.</param>
/// <param name="Warnings">A subset, another judge than the paper's, a copy with other items, answers that could not be judged, and so on.</param>
public sealed record BenchmarkNotes(string Benchmark, string Source, string Judge, ImmutableArray<string> Warnings);

/// <summary>How a checkpoint is chosen; see <see cref="CheckpointChoice.Of"/>.</summary>
/// <param name="Share">The share of items that choose; null for all.</param>
/// <param name="Seed">Which items do.</param>
/// <param name="Checkpoints">The names of the models that may be chosen.</param>
public sealed record Choosing(double? Share, ulong Seed, ImmutableArray<string> Checkpoints);

/// <summary>An evaluation of one model or several on the same benchmarks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Models">The models, the base first.</param>
/// <param name="Notes">Of each benchmark.</param>
/// <param name="Settings">How questions were put, for people: name and value.</param>
/// <param name="Command">What makes it again.</param>
public sealed record EvaluationResult(
    string Name,
    ImmutableArray<EvaluatedModel> Models,
    ImmutableArray<BenchmarkNotes> Notes,
    ImmutableArray<(string Name, string Value)> Settings,
    string Command
)
{
    /// <summary>How the best of a run's checkpoints is chosen; null where no model is one.</summary>
    public Choosing? Choosing { get; init; }

    /// <summary>Captions under three image conditions, for Fig. 2; empty where that was not asked.</summary>
    public ImmutableArray<CaptionLogProbs> Captions { get; init; } = [];

    /// <summary>The content of image files when the evaluation was saved, by path; none where it was not, or by a version that did not record it.</summary>
    public ImmutableSortedDictionary<string, string> Images { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
