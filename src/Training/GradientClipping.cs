using SVco.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Clipping by the norm of all gradients together, as torch.nn.utils.clip_grad_norm_ does it.</summary>
public static class GradientClipping
{
    /// <summary>The joint L2 norm of the gradients, and the factor that brings it to at most <paramref name="maxNorm"/>.</summary>
    /// <returns>A norm that is not finite when a gradient is not; the gradients stay as they are.</returns>
    public static (double Norm, double Factor) Measure(IReadOnlyList<NamedTensor> parameters, double maxNorm)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor[] norms = [.. parameters.Select(parameter => parameter.Value.grad).OfType<Tensor>().Select(Norm)];
        var norm = norms.Length == 0 ? 0 : stack(norms).norm().item<double>();
        return (norm, Math.Min(1, maxNorm / (norm + 1e-6)));
    }

    // A 16-bit gradient is summed in fp32.
    static Tensor Norm(Tensor gradient) =>
        (gradient.dtype is ScalarType.Float32 or ScalarType.Float64 ? gradient : gradient.to(ScalarType.Float32)).norm().to(float64);
}
