using System.Collections.Immutable;
using SVco.Core;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Benchmarks;
using static TorchSharp.torch;
using Generator = SVco.Models.Generator;

namespace SVco.Miniature.Study;

/// <summary>What a model did in a suite of benchmarks.</summary>
/// <param name="Choices">The score of each benchmark with choices, by name.</param>
/// <param name="Hallucination">The score of its captions.</param>
/// <param name="General">The score of its other writing.</param>
/// <param name="Captions">Its captions, one for each item of the hallucination benchmark.</param>
/// <param name="Writing">Its responses to the general requests.</param>
public sealed record SuiteScore(
    ImmutableSortedDictionary<string, ChoiceScore> Choices,
    WritingScore Hallucination,
    WritingScore General,
    ImmutableArray<string> Captions,
    ImmutableArray<string> Writing
);

/// <summary>Scores a model in the miniature benchmarks: choices by their log-probability, writing by greedy decoding.</summary>
public static class Examination
{
    const int Batch = 256;

    /// <summary>Every benchmark of a suite.</summary>
    /// <param name="model">The model.</param>
    /// <param name="suite">The benchmarks.</param>
    /// <param name="withImages">Without, every question is asked as if there were no image: the visual dependency's other half.</param>
    public static SuiteScore Score(MiniatureModel model, BenchmarkSuite suite, bool withImages)
    {
        var captions = Write(model, suite.Hallucination.Items, withImages);
        var writing = Write(model, suite.General.Items, withImages);
        return new(Choices(model, suite, withImages), suite.Hallucination.Score(captions), suite.General.Score(writing), captions, writing);
    }

    /// <summary>The benchmarks with choices alone.</summary>
    public static ImmutableSortedDictionary<string, ChoiceScore> Choices(MiniatureModel model, BenchmarkSuite suite, bool withImages) =>
        suite.Choices.ToImmutableSortedDictionary(
            benchmark => benchmark.Name,
            benchmark => benchmark.Score(Pick(model, benchmark.Items, withImages)),
            StringComparer.Ordinal
        );

    /// <summary>For each item the choice whose tokens have the highest log-probability together; -1 where two share it.</summary>
    public static ImmutableArray<int> Pick(MiniatureModel model, IReadOnlyList<ChoiceItem> items, bool withImages)
    {
        if (withImages)
        {
            model.Vision.Encode(items.Select(item => item.Image));
        }

        // Without images many items are the same.
        var rows = items
            .SelectMany(item => item.Choices.Select(choice => (item.Query, Choice: choice, Image: withImages ? item.Image : null)))
            .Distinct()
            .ToArray();
        var scores = rows.Zip(
                RowScoring.Score(model.Network, [.. rows.Select(row => model.Row(row.Query, row.Choice, row.Image))], Batch),
                (row, labels) => (row, Sum: labels.Sum())
            )
            .ToDictionary(scored => scored.row, scored => scored.Sum);
        return
        [
            .. items.Select(item =>
            {
                var sums = item.Choices.Select(choice => scores[(item.Query, choice, withImages ? item.Image : null)]).ToArray();
                var best = sums.Max();
                return sums.Count(sum => sum == best) == 1 ? Array.IndexOf(sums, best) : -1;
            }),
        ];
    }

    /// <summary>Greedy responses.</summary>
    public static ImmutableArray<string> Write(MiniatureModel model, IReadOnlyList<WritingItem> items, bool withImages)
    {
        var prompts = items
            .Select(item =>
                model.Chat.ExpandImages(
                    model.Chat.Prompt("", item.Query, withImages ? 1 : 0, Behaviour.Corrected),
                    model.Network.ImageTokens
                )
            )
            .ToArray();
        var responses = new string[items.Count];
        // Prompts of one length need no padding.
        foreach (
            var indices in Enumerable.Range(0, items.Count).GroupBy(index => prompts[index].Length).SelectMany(group => group.Chunk(Batch))
        )
        {
            using var scope = NewDisposeScope();
            var ids = tensor(
                indices.SelectMany(index => prompts[index].Select(id => (long)id)).ToArray(),
                [indices.Length, prompts[indices[0]].Length]
            );
            var pixels = withImages ? Pixels.Of(model.Processor, [.. indices.Select(index => items[index].Image)]) : null;
            using var generation = Generator.Greedy(model.Network, ids, pixels, model.Chat.StopIds, WritingBenchmark.MostWords + 1);
            foreach (var (index, tokens) in indices.Zip(generation.Tokens))
            {
                responses[index] = model.Tokenizer.Decode(
                    tokens.TakeWhile(token => !model.Chat.StopIds.Contains(token)),
                    skipSpecialTokens: true
                );
            }
        }

        return [.. responses];
    }
}
