using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Training;

/// <summary>
/// Scoring the obvious way: each (response, image) is a padded row of its own, with its own encoding of its image and full logits. The
/// oracle that faster ways are compared with.
/// </summary>
public sealed record PlainScoring : IScoring
{
    /// <inheritdoc/>
    public IScored Forward(Llava model, IReadOnlyList<PreparedPair> batch, IReadOnlyCollection<Cell> cells, IImageFeatures images) =>
        Score(model, batch, cells, images, gradients: true);

    /// <inheritdoc/>
    public IReadOnlyList<ImmutableDictionary<Cell, double>> Score(
        Llava model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images
    )
    {
        using var scored = Score(model, batch, cells, images, gradients: false);
        return scored.LogProbs;
    }

    static Scored Score(
        Llava model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images,
        bool gradients
    )
    {
        using var mode = set_grad_enabled(gradients);
        return OpenScope.For(scope => new Scored(scope, Sums(model, batch, cells, images)));
    }

    sealed class Scored(IDisposable scope, IReadOnlyList<ImmutableDictionary<Cell, Tensor>> sums) : IScored
    {
        public IReadOnlyList<ImmutableDictionary<Cell, double>> LogProbs { get; } =
        [.. sums.Select(pair => pair.ToImmutableDictionary(cell => cell.Key, cell => cell.Value.item<double>()))];

        public void Backward(IReadOnlyList<ImmutableDictionary<Cell, double>> weights, double share)
        {
            using var mode = enable_grad();
            var weighted = weights
                .Zip(sums)
                .SelectMany(pair => pair.First.Select(weight => pair.Second[weight.Key] * Numbers.Of(weight.Value * share)));
            weighted.Aggregate((total, term) => total.Plus(term)).backward();
        }

        public void Dispose() => scope.Dispose();
    }

    /// <summary>For each pair the log-probability of each cell, a float64 scalar.</summary>
    static ImmutableDictionary<Cell, Tensor>[] Sums(
        Llava model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images
    )
    {
        var rows = batch
            .SelectMany(pair => cells.Select(WholeResponse).Distinct().Select(cell => (Pair: pair, Cell: cell)))
            // The rows with an image come first, so that the encoded images can be put into them as one block.
            .OrderBy(row => row.Cell.Image == ImageCondition.NoImage)
            .ToArray();
        var logProbs = TokenLogProbs(model, rows, images);
        Tensor Sum(PreparedPair pair, Cell cell)
        {
            var row = Array.FindIndex(rows, row => ReferenceEquals(row.Pair, pair) && row.Cell == WholeResponse(cell));
            // A sum near -150 would lose its last digits in fp32, and margins are differences of such sums.
            return logProbs[row].to(float64).masked_fill(Mask(model, pair, cell, logProbs.shape[1]).logical_not(), Numbers.Of(0)).sum();
        }

        return [.. batch.Select(pair => cells.ToImmutableDictionary(cell => cell, cell => Sum(pair, cell)))];
    }

    static Cell WholeResponse(Cell cell) => cell with { Tokens = Tokens.All };

    /// <summary>log p of each token given those before it [rows, longest - 1].</summary>
    static Tensor TokenLogProbs(Llava model, IReadOnlyList<(PreparedPair Pair, Cell Cell)> rows, IImageFeatures images)
    {
        var expanded = rows.Select(row => Expand(model, row.Pair.Row(row.Cell).Ids, row.Pair.Row(row.Cell).Ids.Select(id => (long)id)))
            .ToArray();
        var longest = expanded.Max(row => row.Length);
        var ids = Padded(expanded, longest, 0L).to(model.Device);
        var attended = Padded(
                [.. rows.Select(row => Expand(model, row.Pair.Row(row.Cell).Ids, row.Pair.Row(row.Cell).Attended))],
                longest,
                false
            )
            .to(model.Device);
        var sources = rows.Select(row => row.Pair.Image(row.Cell)).OfType<ImageSource>().ToArray();
        var embeddings = sources.Length > 0 ? model.MergeImages(ids, model.Project(stack(images.Of(sources)))) : model.Embed(ids);
        // As transformers numbers the positions of a row with masked tokens.
        var positions = (attended.to(int64).cumsum(1) - Numbers.Of(1)).masked_fill(attended.logical_not(), Numbers.Of(1));
        var logits = model.Logits(model.Decode(embeddings, positions, attended))[.., ..^1];
        var targets = ids[.., 1..].unsqueeze(-1);
        return log_softmax(logits.dtype == float64 ? logits : logits.to(float32), -1).gather(-1, targets).squeeze(-1);
    }

    /// <summary>Which of a row's predicted tokens a cell sums [longest - 1].</summary>
    static Tensor Mask(Llava model, PreparedPair pair, Cell cell, long predictions) =>
        Padded([Expand(model, pair.Row(cell).Ids, pair.Summed(cell))], (int)predictions + 1, false)[0, 1..].to(model.Device);

    /// <summary>Repeats the value at an image placeholder for each of the image's tokens.</summary>
    static T[] Expand<T>(Llava model, ImmutableArray<int> ids, IEnumerable<T> values) =>
        [
            .. ids.Zip(values, (id, value) => Enumerable.Repeat(value, id == model.Config.ImageTokenId ? model.ImageTokens : 1))
                .SelectMany(run => run),
        ];

    static Tensor Padded<T>(IReadOnlyList<T[]> rows, int length, T fill)
        where T : unmanaged
    {
        var cells = new T[rows.Count, length];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < length; column++)
            {
                cells[row, column] = column < rows[row].Length ? rows[row][column] : fill;
            }
        }

        return from_array(cells);
    }
}
