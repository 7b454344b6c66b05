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

    /// <summary>Asks for the map's parameters.</summary>
    public static Linear From(IWeights weights, string name, long inputs, long outputs, bool bias) =>
        new(name, weights.Get($"{name}.weight", outputs, inputs), bias ? weights.Get($"{name}.bias", outputs) : null);

    /// <summary>Applies the map to the last dimension: [..., inputs] -> [..., outputs].</summary>
    public Tensor Forward(Tensor x)
    {
        var y = IsFewRows(x) ? OfFewRows(x) : nn.functional.linear(x, Weight, Bias);
        return Adapter is { Enabled: true } adapter ? adapter.AddTo(y, x) : y;
    }

    // With one row there is nothing to turn, and from here on both ways are equally fast.
    const int MostFewRows = 64;

    /// <summary>A step of generating on a CPU: a few rows, and all weights are read for them.</summary>
    bool IsFewRows(Tensor x) =>
        x.dim() == 2
        && x.shape[0] is > 1 and <= MostFewRows
        && x.dtype == ScalarType.Float32
        && x.device.type == TorchSharp.DeviceType.CPU
        && !is_grad_enabled();

    /// <summary>The same as (W x')': MKL takes its time from the left factor's rows, and was up to twice as fast so (docs/performance.md).</summary>
    Tensor OfFewRows(Tensor x)
    {
        var y = Weight.matmul(x.t()).t().contiguous();
        return Bias is null ? y : y.add_(Bias, Numbers.One);
    }
}
