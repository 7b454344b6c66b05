using System.Collections.Immutable;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Rotary position embedding; the angles are computed in fp32 at least.</summary>
/// <param name="Cosines">[batch, 1, tokens, size], or [tokens, 1, size] for tokens of one dimension.</param>
/// <param name="Sines">The same sizes.</param>
sealed record Rope(Tensor Cosines, Tensor Sines)
{
    /// <summary>
    /// The rotations for positions [batch, tokens] or [tokens]; with <see cref="TextConfig.RopeSections"/> for [dimensions, batch, tokens] or
    /// [dimensions, tokens], each dimension rotating the frequencies of its section (Qwen2-VL, arXiv 2409.12191).
    /// </summary>
    public static Rope At(Tensor positions, TextConfig config, ScalarType type)
    {
        var wide = Widening.AtLeastFloat32(type);
        var exponents =
            arange(Numbers.Of(0), Numbers.Of(config.HeadSize), Numbers.Of(2), wide, positions.device) / Numbers.Of(config.HeadSize);
        var frequencies = Numbers.Of(1.0) / pow(config.RopeTheta, exponents);
        var half = BySection(positions.to(wide).unsqueeze(-1) * frequencies, config.RopeSections);
        var angles = cat([half, half], -1).unsqueeze(1);
        return new(angles.cos().to(type), angles.sin().to(type));
    }

    /// <summary>The rotations of some tokens; for tokens of one dimension.</summary>
    public Rope Select(Tensor tokens) => new(Cosines.index_select(0, tokens), Sines.index_select(0, tokens));

    /// <summary>Rotates queries or keys [batch, heads, tokens, size] or [tokens, heads, size].</summary>
    public Tensor Apply(Tensor x)
    {
        var halves = x.chunk(2, -1);
        return (x * Cosines).Plus(cat([-halves[1], halves[0]], -1) * Sines);
    }

    /// <summary>[dimensions, ..., frequencies] -> [..., frequencies]; what has one dimension stays.</summary>
    static Tensor BySection(Tensor angles, ImmutableArray<int> sections) =>
        sections.IsEmpty
            ? angles
            : cat([.. sections.Select((length, dimension) => angles[dimension].narrow(-1, sections.Take(dimension).Sum(), length))], -1);
}
