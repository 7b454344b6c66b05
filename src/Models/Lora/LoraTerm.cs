using static TorchSharp.torch;

namespace SVco.Models.Lora;

/// <summary>A low-rank term scale * B A x of one linear map.</summary>
/// <param name="owner">The adapter it belongs to, which switches it.</param>
/// <param name="a">[rank, inputs]</param>
/// <param name="b">[outputs, rank]</param>
/// <param name="scale">The factor.</param>
sealed class LoraTerm(LoraAdapter owner, Tensor a, Tensor b, double scale)
{
    public bool Enabled => owner.Enabled;

    public Tensor A => a;

    public Tensor B => b;

    /// <summary>Adds the term to the map's output, computed in the adapter's own type.</summary>
    public Tensor AddTo(Tensor output, Tensor input) =>
        output.Plus(nn.functional.linear(nn.functional.linear(input.to(a.dtype), a), b) * Numbers.Of(scale)).to(output.dtype);

    /// <summary>What merging adds to the map's weight: scale * B A [outputs, inputs].</summary>
    public Tensor Delta() => b.matmul(a) * Numbers.Of(scale);
}
