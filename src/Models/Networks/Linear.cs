using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>A linear map x W' + b, to which a LoRA adapter may add its low-rank term.</summary>
/// <param name="Name">The module's name in the checkpoint, without `.weight`.</param>
/// <param name="Weight">[outputs, inputs].</param>
/// <param name="Bias">[outputs], or none.</param>
public sealed record Linear(string Name, Tensor Weight, Tensor? Bias)
{
    /// <summary>The adapter's term, if one is attached.</summary>
    internal Lora.LoraTerm? Adapter { get; set; }

    /// <summary>Weight, bias and the adapter's, where there are such.</summary>
    internal IEnumerable<Tensor> Parameters => Bias is null ? [Weight, .. Adapters] : [Weight, Bias, .. Adapters];

    /// <summary>The adapter's alone.</summary>
    internal IEnumerable<Tensor> Adapters => Adapter is null ? [] : [Adapter.A, Adapter.B];

    /// <summary>Asks for the map's parameters.</summary>
    public static Linear From(IWeights weights, string name, long inputs, long outputs, bool bias) =>
        new(name, weights.Get($"{name}.weight", outputs, inputs), bias ? weights.Get($"{name}.bias", outputs) : null);

    /// <summary>Applies the map to the last dimension: [..., inputs] -> [..., outputs].</summary>
    public Tensor Forward(Tensor x) => WithAdapter(nn.functional.linear(x, Weight, Bias), x);

    /// <summary>
    /// The same for the rows [rows, inputs] of a decode step, without a gradient. It adds up in another order, so nothing that is trained, or is
    /// compared with what is trained, may come this way.
    /// </summary>
    internal Tensor ForwardStep(Tensor x) =>
        !FewRows.CanMultiply(x, Weight) ? Forward(x)
        : Bias is null ? WithAdapter(FewRows.Multiply(x, Weight), x)
        : WithAdapter(FewRows.Multiply(x, Weight).Plus(Bias), x);

    Tensor WithAdapter(Tensor y, Tensor x) => Adapter is { Enabled: true } adapter ? adapter.AddTo(y, x) : y;
}
