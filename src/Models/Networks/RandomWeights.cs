using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>
/// Seeded random parameters as transformers initialises a new model: norms one, biases zero, all else normal. They are drawn in fp32 on the
/// CPU, so a seed means the same weights on every device and in every precision.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="deviation">The standard deviation of the normal ones.</param>
/// <param name="typeOf">The float type of a parameter by its name.</param>
/// <param name="device">Where the parameters live.</param>
sealed class RandomWeights(long seed, double deviation, Func<string, ScalarType> typeOf, Device device) : IWeights, IDisposable
{
    readonly TorchSharp.torch.Generator generator = new((ulong)seed, CPU);

    public Tensor Get(string name, params ReadOnlySpan<long> shape)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var value = empty(shape, ScalarType.Float32);
        _ = name switch
        {
            _ when name.EndsWith("bias") => value.zero_(),
            _ when name.EndsWith("weight") && shape.Length == 1 => value.fill_(Numbers.Of(1)),
            _ => value.normal_(0, deviation, generator),
        };
        return value.to(typeOf(name), device).MoveToOuterDisposeScope();
    }

    public void Dispose() => generator.Dispose();
}
