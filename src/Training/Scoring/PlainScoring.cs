using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;
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
    public IScored Forward(
        VisionLanguageModel model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images,
        bool gradients = true
    )
    {
        using var mode = set_grad_enabled(gradients);
        return OpenScope.For(scope => new Scored(scope, Sums(model, batch, cells, images)));
    }

    sealed class Scored(IDisposable scope, IReadOnlyList<ImmutableDictionary<Cell, Tensor>> sums) : IScored
    {
        public IReadOnlyList<ImmutableDictionary<Cell, double>> LogProbs { get; } =
        [.. sums.Select(pair => pair.ToImmutableDictionary(cell => cell.Key, cell => cell.Value.item<double>()))];

        public void Backward(
            IReadOnlyList<ImmutableDictionary<Cell, double>> weights,
            double share,
            Action<IEnumerable<Tensor>>? complete = null
        )
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
        VisionLanguageModel model,
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
        var (logProbs, tokens) = TokenLogProbs(model, rows, images);
        Tensor Sum(PreparedPair pair, Cell cell)
        {
            var row = Array.FindIndex(rows, row => ReferenceEquals(row.Pair, pair) && row.Cell == WholeResponse(cell));
            // A sum near -150 would lose its last digits in fp32, and margins are differences of such sums.
            return logProbs[row]
                .to(float64)
                .masked_fill(Mask(model, tokens[row], pair.Summed(cell), logProbs.shape[1]).logical_not(), Numbers.Of(0))
                .sum();
        }

        return [.. batch.Select(pair => cells.ToImmutableDictionary(cell => cell, cell => Sum(pair, cell)))];
    }

    static Cell WholeResponse(Cell cell) => cell with { Tokens = Tokens.All };

    /// <summary>log p of each token given those before it [rows, longest - 1], and the rows' tokens.</summary>
    static (Tensor LogProbs, ImmutableArray<ExpandedToken>[] Tokens) TokenLogProbs(
        VisionLanguageModel model,
        IReadOnlyList<(PreparedPair Pair, Cell Cell)> rows,
        IImageFeatures images
    )
    {
        var sequences = rows.Select(row => row.Pair.Row(row.Cell)).ToArray();
        ImageSource[][] shown = [.. rows.Select(row => row.Pair.Image(row.Cell) is { } image ? new[] { image } : [])];
        var tokens = sequences
            .Zip(
                shown,
                (row, of) =>
                    PackLayout.Expand(
                        row.Ids,
                        model.Config.ImageTokenId,
                        [.. of.Select(image => model.Config.ImageTokens(images.SizeOf(image)).Count)]
                    )
            )
            .ToArray();
        Tensor Rows<T>(Func<ExpandedToken, TokenSequence, T> value, T fill)
            where T : unmanaged =>
            Padded(
                    [.. tokens.Zip(sequences, (row, sequence) => row.Select(token => value(token, sequence)).ToArray())],
                    tokens.Max(row => row.Length),
                    fill
                )
                .to(model.Device);
        var ids = Rows((token, row) => (long)row.Ids[token.Source], 0L);
        var attended = Rows((token, row) => row.Attended[token.Source], false);
        var isImage = Rows((token, _) => token.OfImage, false);
        ImageSource[] sources = [.. shown.SelectMany(of => of)];
        var embeddings = sources.Length > 0 ? model.MergeImages(ids, model.Project(images.Of(sources)), isImage) : model.Embed(ids);
        var positions = model.Positions(attended, [.. sources.Select(images.SizeOf)], isImage);
        var logits = model.Logits(model.Decode(embeddings, positions, attended))[.., ..^1];
        var targets = ids[.., 1..].unsqueeze(-1);
        return (log_softmax(logits.dtype == float64 ? logits : logits.to(float32), -1).gather(-1, targets).squeeze(-1), tokens);
    }

    /// <summary>Which of a row's predicted tokens a cell sums [longest - 1].</summary>
    static Tensor Mask(VisionLanguageModel model, ImmutableArray<ExpandedToken> tokens, ImmutableArray<bool> summed, long predictions) =>
        Padded(
            [
                [.. tokens.Select(token => summed[token.Source])],
            ],
            (int)predictions + 1,
            false
        )[0, 1..]
            .to(model.Device);

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
