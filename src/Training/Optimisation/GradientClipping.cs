using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Clipping by the norm of all gradients together, as torch.nn.utils.clip_grad_norm_ does it.</summary>
public static class GradientClipping
{
    const long Piece = 1 << 20;

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

    // A 16-bit gradient is summed in fp32, a piece at a time: a copy of the whole would cost more than the sum.
    static Tensor Norm(Tensor gradient) =>
        gradient.dtype is ScalarType.Float32 or ScalarType.Float64
            ? gradient.norm().to(float64)
            : stack(gradient.reshape(-1).split(Piece).Select(NormInFloat32)).norm();

    static Tensor NormInFloat32(Tensor piece)
    {
        using var scope = NewDisposeScope();
        return piece.to(ScalarType.Float32).norm().to(float64).MoveToOuterDisposeScope();
    }
}
