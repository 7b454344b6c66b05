using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>LayerNorm over the last dimension.</summary>
sealed record LayerNorm(Tensor Weight, Tensor Bias, double Epsilon)
{
    public static LayerNorm From(IWeights weights, string name, long width, double epsilon) =>
        new(weights.Get($"{name}.weight", width), weights.Get($"{name}.bias", width), epsilon);

    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, [x.shape[^1]], Weight, Bias, Epsilon);
}

/// <summary>RMSNorm over the last dimension; the mean square is taken in fp32 at least, the scale applied in the input's type.</summary>
sealed record RmsNorm(Tensor Weight, double Epsilon)
{
    public static RmsNorm From(IWeights weights, string name, long width, double epsilon) =>
        new(weights.Get($"{name}.weight", width), epsilon);

    public Tensor Forward(Tensor x)
    {
        var wide = Widening.AtLeastFloat32(x);
        return Weight * (wide * rsqrt(wide.pow(Numbers.Two).mean([-1], keepdim: true).add(Numbers.Of(Epsilon), Numbers.One))).to(x.dtype);
    }
}
