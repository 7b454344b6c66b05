using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Results;

/// <summary>Several evaluations as one, so that their models stand in one table.</summary>
public static class JoinedEvaluations
{
    /// <summary>
    /// Joins evaluations. The base model is that of the first. A model that several have, of one name, content, decoding and answers, is there once; another of the
    /// same name gets its evaluation's name behind it.
    /// </summary>
    /// <param name="evaluations">One or more, each with a name of its own.</param>
    /// <exception cref="UserException">They asked a benchmark in different ways, so that their numbers cannot stand beside each other.</exception>
    public static EvaluationResult Join(IReadOnlyList<EvaluationResult> evaluations)
    {
        if (evaluations is [var only])
        {
            return only;
        }

        RequireAlike(evaluations);
        var models = new List<EvaluatedModel>();
        var captions = new List<CaptionLogProbs>();
        foreach (
            var (evaluation, model) in evaluations.SelectMany(one => one.Models.Select(model => (one, model with { Settings = one.Settings })))
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
        var first = new Dictionary<string, (string Evaluation, Benchmark Benchmark)>();
        foreach (var evaluation in evaluations)
        {
            foreach (var benchmark in evaluation.Models.SelectMany(model => model.Benchmarks).Select(one => one.Benchmark))
            {
                first.TryAdd(benchmark.Name, (evaluation.Name, benchmark));
                var (name, known) = first[benchmark.Name];
                var difference =
                    known.Items.Length != benchmark.Items.Length
                    || !known.Items.Zip(benchmark.Items).All(pair => pair.First.Id == pair.Second.Id)
                        ? "other items"
                    : !known.Items.Zip(benchmark.Items).All(pair => pair.First.Prompt == pair.Second.Prompt)
                        ? "the same items in other words"
                    : !known.Metrics.SequenceEqual(benchmark.Metrics) ? "the same items by other rules"
                    : "";
                if (difference.Length > 0)
                {
                    throw new UserException(
                        $"{benchmark.Name}: {evaluation.Name} has {difference} than {name} (another limit, seed, copy or behaviour?), so that they cannot stand in one table. Make a report of each."
                    );
                }
            }
        }
    }

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
