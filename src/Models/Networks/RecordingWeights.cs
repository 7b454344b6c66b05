using System.Collections.Immutable;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Passes parameters on and keeps the list of what was asked for.</summary>
sealed class RecordingWeights(IWeights source) : IWeights
{
    readonly ImmutableArray<NamedTensor>.Builder parameters = ImmutableArray.CreateBuilder<NamedTensor>();

    public ImmutableArray<NamedTensor> Parameters => parameters.ToImmutable();

    public Tensor Get(string name, params ReadOnlySpan<long> shape)
    {
        var value = source.Get(name, shape);
        parameters.Add(new(name, value));
        return value;
    }
}
