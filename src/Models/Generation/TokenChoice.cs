using SVco.Core;
using static TorchSharp.torch;

namespace SVco.Models.Generation;

/// <summary>The next token of a row.</summary>
/// <param name="Token">The token.</param>
/// <param name="Gap">The difference between the best and the second logit; not a number where it is not asked for.</param>
readonly record struct TokenChoice(int Token, double Gap)
{
    /// <summary>The next token of each row: the most likely one, of equal ones the first, or the one drawn.</summary>
    /// <param name="logits">[rows, vocabulary]</param>
    /// <param name="rows">How each row's token is chosen.</param>
    /// <param name="gaps">Whether gaps are wanted.</param>
    /// <exception cref="UserException">The model gives something else than numbers.</exception>
    public static TokenChoice[] Of(Tensor logits, IReadOnlyList<OpenRow> rows, bool gaps)
    {
        var (highest, indices) = logits.max(-1);
        if (!highest.isfinite().all().item<bool>())
        {
            throw new UserException(
                "The model's logits are not finite numbers, so that no token is the most likely. Its weights are broken, or too large for 16 bits: try another precision."
            );
        }

        var best = indices.cpu().data<long>().ToArray();
        var distances = gaps ? Gaps(logits) : null;
        var drawn = rows.Any(row => row.Asked.Sampling is not null) ? Drawn(logits, rows) : null;
        return [.. best.Select((token, row) => new TokenChoice(drawn?[row] ?? (int)token, distances?[row] ?? double.NaN))];
    }

    static double[] Gaps(Tensor logits)
    {
        var (two, _) = logits.to(ScalarType.Float64).topk(2, -1);
        return (two.select(1, 0) - two.select(1, 1)).cpu().data<double>().ToArray();
    }

    static int?[] Drawn(Tensor logits, IReadOnlyList<OpenRow> rows)
    {
        var points = rows.Select(row => row.Random.Uniform()).ToArray();
        var all = logits.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        var vocabulary = all.Length / rows.Count;
        var drawn = new int?[rows.Count];
        Parallel.For(
            0,
            rows.Count,
            row => drawn[row] = rows[row].Asked.Sampling?.TokenAt(all.AsSpan(row * vocabulary, vocabulary), points[row])
        );
        return drawn;
    }
}
