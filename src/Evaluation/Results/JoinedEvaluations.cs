using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Training.Caching;

namespace SVco.Evaluation.Results;

/// <summary>Several evaluations as one, so that their models stand in one table.</summary>
public static class JoinedEvaluations
{
    /// <summary>
    /// Joins evaluations. The base model is that of the first. A model that several have, of one name, content, decoding and answers, is there once; another of the
    /// same name gets its evaluation's name behind it.
    /// </summary>
    /// <param name="evaluations">One or more, each with a name of its own.</param>
    /// <exception cref="UserException">They asked a benchmark in different ways or scored other captions, so that their numbers cannot stand beside each other.</exception>
    public static EvaluationResult Join(IReadOnlyList<EvaluationResult> evaluations)
    {
        if (evaluations is [var only])
        {
            return only;
        }

        RequireAlike(evaluations);
        RequireAlikeCaptions(evaluations);
        var models = new List<EvaluatedModel>();
        var captions = new List<CaptionLogProbs>();
        foreach (
            var (evaluation, model) in evaluations.SelectMany(one =>
                one.Models.Select(model => (one, model with { Settings = one.Settings }))
            )
        )
        {
            var same = models.FindIndex(known => AreOne(known, model));
            if (same < 0)
            {
                models.Add(
                    models.Any(known => known.Name == model.Name) ? model with { Name = $"{model.Name} ({evaluation.Name})" } : model
                );
            }
            else
            {
                models[same] = models[same] with { Benchmarks = [.. Together(models[same].Benchmarks, model.Benchmarks)] };
            }

            var name = models[same < 0 ? ^1 : same].Name;
            if (captions.All(caption => caption.Model != name))
            {
                captions.AddRange(
                    evaluation.Captions.Where(caption => caption.Model == model.Name).Select(caption => caption with { Model = name })
                );
            }
        }

        return new(
            string.Join(" and ", evaluations.Select(one => one.Name)),
            [.. models],
            [
                .. evaluations
                    .SelectMany(one => one.Notes)
                    .Select(note => note.Benchmark)
                    .Distinct()
                    .Select(name => Notes(evaluations, name)),
            ],
            [.. evaluations.SelectMany(one => one.Settings.Select(setting => ($"{setting.Name}, {one.Name}", setting.Value)))],
            string.Join("; ", evaluations.Select(one => one.Command))
        )
        {
            Captions = [.. captions],
        };
    }

    /// <summary>All benchmarks of a model that was evaluated twice; runs without images may be in one evaluation alone.</summary>
    static IEnumerable<EvaluatedBenchmark> Together(ImmutableArray<EvaluatedBenchmark> first, ImmutableArray<EvaluatedBenchmark> second) =>
        first
            .Concat(second)
            .GroupBy(one => one.Benchmark.Name)
            .Select(same =>
                same.First() with
                {
                    WithoutImages = (same.FirstOrDefault(one => !one.WithoutImages.IsEmpty) ?? same.First()).WithoutImages,
                }
            );

    static bool AreOne(EvaluatedModel one, EvaluatedModel other) =>
        one.Name == other.Name
        && one.Content == other.Content
        && Decoding.Of(one.Settings) == Decoding.Of(other.Settings)
        && one.Benchmarks.All(benchmark =>
            other.Benchmarks.FirstOrDefault(same => same.Benchmark.Name == benchmark.Benchmark.Name) is not { } same
            || (
                AreEqual(benchmark.WithImages, same.WithImages)
                && (benchmark.WithoutImages.IsEmpty || same.WithoutImages.IsEmpty || AreEqual(benchmark.WithoutImages, same.WithoutImages))
            )
        );

    static bool AreEqual(GradedAnswers one, GradedAnswers other) =>
        one.Answers.Select(TextOf).SequenceEqual(other.Answers.Select(TextOf))
        && one.Verdicts.Select(TextOf).SequenceEqual(other.Verdicts.Select(TextOf));

    static string TextOf(Answer answer) => $"{answer.Item} {answer.Run} {answer.Text} {string.Join(' ', answer.LogProbs)}";

    static string TextOf(Verdict verdict) => $"{verdict.Item} {verdict.Run} {string.Join(' ', verdict.Marks)} {verdict.Note}";

    static void RequireAlike(IReadOnlyList<EvaluationResult> evaluations)
    {
        var first = new Dictionary<string, (EvaluationResult Evaluation, Benchmark Benchmark)>();
        foreach (var evaluation in evaluations)
        {
            var benchmarks = evaluation.Models.SelectMany(model => model.Benchmarks).Select(one => one.Benchmark);
            foreach (var benchmark in benchmarks.DistinctBy(benchmark => benchmark.Name))
            {
                if (
                    !first.TryAdd(benchmark.Name, (evaluation, benchmark))
                    && Difference(first[benchmark.Name], (evaluation, benchmark)) is { } difference
                )
                {
                    throw new UserException(
                        $"{benchmark.Name}: {evaluation.Name} has {difference} than {first[benchmark.Name].Evaluation.Name} (another limit, seed, copy or behaviour?), so that they cannot stand in one table. Make a report of each."
                    );
                }
            }
        }
    }

    static void RequireAlikeCaptions(IReadOnlyList<EvaluationResult> evaluations)
    {
        var scored = evaluations.Where(one => !one.Captions.IsEmpty).ToArray();
        if (scored.Length > 1 && scored.FirstOrDefault(one => one.Captions.Any(caption => caption.Content.Length == 0)) is { } unknown)
        {
            throw new UserException(
                $"{unknown.Name} does not say which captions were scored, so that nobody knows whether others scored the same: an earlier version has written it. {AskAgain}"
            );
        }

        if (scored.FirstOrDefault(one => !Pairs(one).SequenceEqual(Pairs(scored[0]))) is { } other)
        {
            throw new UserException(
                $"{other.Name} has scored the captions of other pairs than {scored[0].Name}, so that their perplexities cannot stand in one table. Evaluate both with the same --captions, or make a report of each."
            );
        }

        static IEnumerable<(string, string)> Pairs(EvaluationResult evaluation) =>
            evaluation
                .Captions.Where(caption => caption.Model == evaluation.Captions[0].Model)
                .Select(caption => (caption.Caption, caption.Content));
    }

    const string AskAgain = "Run its `svco eval` again, nothing is asked twice; or make a report of each.";

    /// <summary>What the second has otherwise than the first, and the first item that shows it; null where nothing.</summary>
    static string? Difference(
        (EvaluationResult Evaluation, Benchmark Benchmark) one,
        (EvaluationResult Evaluation, Benchmark Benchmark) other
    ) =>
        one.Benchmark.Items.Length != other.Benchmark.Items.Length
            ? $"other items ({other.Benchmark.Items.Length} in place of {one.Benchmark.Items.Length})"
        : !one.Benchmark.Metrics.SequenceEqual(other.Benchmark.Metrics) ? "the same items by other rules"
        : (
            from aspect in Aspects
            from items in one.Benchmark.Items.Zip(other.Benchmark.Items)
            where aspect.Of(one.Evaluation, items.First) != aspect.Of(other.Evaluation, items.Second)
            select $"{aspect.Other} (the first: {items.Second.Id})"
        ).FirstOrDefault();

    /// <summary>What evaluations of the same items must have in common, as text.</summary>
    static ImmutableArray<(string Other, Func<EvaluationResult, Item, string> Of)> Aspects { get; } =
    [
        ("other items", (_, item) => item.Id),
        ("the same items in other words", (_, item) => item.Prompt),
        ("the same items with another kind of task", (_, item) => item.Task.GetType().Name),
        ("the same items with other options", (_, item) => TextOf((item.Task as ItemTask.Choose)?.Options ?? [])),
        ("the same items with another right option", (_, item) => $"{(item.Task as ItemTask.Choose)?.Correct}"),
        ("the same items with another truth", (_, item) => item.Task.Truth),
        ("the same items in other categories", (_, item) => item.Category),
        ("the same items in other groups", (_, item) => item.Group),
        ("the same items with other tags", (_, item) => TextOf(item.Tags)),
        ("the same items with other images", ImageOf),
    ];

    static string TextOf(ImmutableArray<string> texts) => JsonSerializer.Serialize(texts.AsEnumerable());

    static string ImageOf(EvaluationResult evaluation, Item item) =>
        item.Image switch
        {
            null => "",
            ImageSource.File(var path) => evaluation.Images.GetValueOrDefault(path)
                ?? throw new UserException(
                    $"{evaluation.Name} does not say what was in its images, so that nobody knows whether others asked with the same: an earlier version has written it. {AskAgain}"
                ),
            var image => ImageContent.Of(image),
        };

    static BenchmarkNotes Notes(IReadOnlyList<EvaluationResult> evaluations, string benchmark)
    {
        var notes = evaluations
            .SelectMany(one => one.Notes.Where(note => note.Benchmark == benchmark).Select(note => (one.Name, Note: note)))
            .ToArray();
        string[] judges = [.. notes.Select(one => one.Note.Judge).Distinct()];
        return new(
            benchmark,
            string.Join("; ", notes.Select(one => one.Note.Source).Distinct()),
            judges is [var only] ? only : string.Join("; ", notes.Select(one => $"{one.Note.Judge} ({one.Name})")),
            [
                .. notes.SelectMany(one => one.Note.Warnings).Distinct(),
                .. judges.Length > 1
                    ? ["the evaluations have different judges, so that numbers differ by more than the models"]
                    : Array.Empty<string>(),
            ]
        );
    }
}
