using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Training;

/// <summary>
/// Scoring the obvious way: each (response, image) is a padded row of its own, with its own encoding of its image and full logits. The
/// oracle that faster ways are compared with.
/// </summary>
public static class PlainScoring
{
    /// <summary>A <see cref="ScoreTable"/>.</summary>
    public static IReadOnlyList<ImmutableDictionary<Cell, double>> Score(
        Llava model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        EncodeImages encodeImages,
        Func<IReadOnlyList<ImmutableDictionary<Cell, double>>, IReadOnlyList<ImmutableDictionary<Cell, double>>>? weights = null
    )
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(weights is not null);
        var rows = batch
            .SelectMany(pair => cells.Select(WholeResponse).Distinct().Select(cell => (Pair: pair, Cell: cell)))
            // The rows with an image come first, so that the encoded images can be put into them as one block.
            .OrderBy(row => row.Cell.Image == ImageCondition.NoImage)
            .ToArray();
        var logProbs = TokenLogProbs(model, rows, encodeImages);
        var sums = batch
            .Select(pair =>
                cells.ToImmutableDictionary(
                    cell => cell,
                    cell =>
                    {
                        var row = Array.FindIndex(rows, row => ReferenceEquals(row.Pair, pair) && row.Cell == WholeResponse(cell));
                        // A sum near -150 would lose its last digits in fp32, and margins are differences of such sums.
                        return logProbs[row]
                            .to(float64)
                            .masked_fill(Mask(model, pair, cell, logProbs.shape[1]).logical_not(), Numbers.Of(0))
                            .sum();
                    }
                )
            )
            .ToArray();
        var values = sums.Select(pair => pair.ToImmutableDictionary(cell => cell.Key, cell => cell.Value.item<double>())).ToArray();
        if (weights is not null)
        {
            var weighted = weights(values)
                .Zip(sums)
                .SelectMany(pair => pair.First.Select(weight => pair.Second[weight.Key] * Numbers.Of(weight.Value)));
            weighted.Aggregate((total, term) => total.Plus(term)).backward();
        }

        return values;
    }

    static Cell WholeResponse(Cell cell) => cell with { Tokens = Tokens.All };

    /// <summary>log p of each token given those before it [rows, longest - 1].</summary>
    static Tensor TokenLogProbs(Llava model, IReadOnlyList<(PreparedPair Pair, Cell Cell)> rows, EncodeImages encodeImages)
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
        var images = rows.Select(row => row.Pair.Image(row.Cell)).OfType<Core.Data.ImageSource>().ToArray();
        var embeddings = images.Length > 0 ? model.MergeImages(ids, model.Project(encodeImages(images))) : model.Embed(ids);
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
