using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Models;
using SVco.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Evaluation.Miniature;

/// <summary>
/// Scores the table for a model so small that its rows fit into one batch: the frozen tower's features come from memory, logits exist only
/// for labels.
/// </summary>
public static class CachedScoring
{
    const int Chunk = 32;

    /// <summary>A <see cref="ScoreTable"/> over a memory of vision features.</summary>
    public static ScoreTable Over(Vision vision) => (model, batch, cells, _, weights) => Score(model, batch, cells, vision, weights);

    static IReadOnlyList<ImmutableDictionary<Cell, double>> Score(
        Llava model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        Vision vision,
        Func<IReadOnlyList<ImmutableDictionary<Cell, double>>, IReadOnlyList<ImmutableDictionary<Cell, double>>>? weights
    )
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(weights is not null);
        var rows = batch
            .SelectMany(
                (pair, index) => cells.Select(cell => cell with { Tokens = Tokens.All }).Distinct().Select(cell => new Key(index, cell))
            )
            .ToArray();
        var scored = rows.Select(row => Row(batch[row.Pair], row.Cell, vision)).ToArray();
        // Rows of like length share a batch; the graphs of all stay until the weights are known.
        var chunks = RowScoring
            .ByLength(scored)
            .Chunk(Chunk)
            .Select(rowsOfChunk =>
                (Rows: rowsOfChunk, LogProbs: RowScoring.LabelLogProbs(model, [.. rowsOfChunk.Select(index => scored[index])]))
            )
            .ToArray();
        var labels = new Dictionary<Key, double[]>();
        foreach (var (indices, logProbs) in chunks)
        {
            var values = logProbs.detach().data<float>().ToArray();
            var start = 0;
            foreach (var index in indices)
            {
                var count = scored[index].Tokens.LabelCount;
                labels[rows[index]] = [.. values.AsSpan(start, count).ToArray().Select(value => (double)value)];
                start += count;
            }
        }

        ImmutableDictionary<Cell, double>[] sums =
        [
            .. batch.Select(
                (pair, index) =>
                    cells.ToImmutableDictionary(
                        cell => cell,
                        cell => Counted(pair, cell).Zip(labels[Key.Of(index, cell)], (counts, logProb) => counts ? logProb : 0).Sum()
                    )
            ),
        ];
        if (weights is not null)
        {
            var factors = rows.ToDictionary(row => row, row => new float[labels[row].Length]);
            foreach (var (index, ofPair) in weights(sums).Index())
            {
                foreach (var (cell, weight) in ofPair)
                {
                    var factor = factors[Key.Of(index, cell)];
                    foreach (var (label, counts) in Counted(batch[index], cell).Index())
                    {
                        factor[label] += counts ? (float)weight : 0;
                    }
                }
            }

            foreach (var (indices, logProbs) in chunks)
            {
                (logProbs * tensor(indices.SelectMany(index => factors[rows[index]]).ToArray())).sum().backward();
            }
        }

        return sums;
    }

    /// <summary>A row of the batch: a pair's response under an image condition.</summary>
    readonly record struct Key(int Pair, Cell Cell)
    {
        public static Key Of(int pair, Cell cell) => new(pair, cell with { Tokens = Tokens.All });
    }

    static ScoredRow Row(PreparedPair pair, Cell cell, Vision vision) =>
        new(pair.Row(cell), pair.Image(cell) is { } image ? vision[image] : null);

    /// <summary>For each label of a cell's row whether the cell counts it.</summary>
    static IEnumerable<bool> Counted(PreparedPair pair, Cell cell) =>
        pair.Row(cell).Labelled.Zip(pair.Summed(cell)).Where(token => token.First).Select(token => token.Second);
}
