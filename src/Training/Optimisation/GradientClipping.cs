using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// Clipping by the norm of all gradients together, as torch.nn.utils.clip_grad_norm_ does it; summed by pieces, whose norms do not depend on who
/// has them.
/// </summary>
public static class GradientClipping
{
    /// <summary>The norms of a gradient's pieces of 2^20 elements.</summary>
    public static IEnumerable<double> Norms(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return gradient.numel() == 0 ? [] : stack(gradient.reshape(-1).split(Shards.Piece).Select(Norm)).cpu().data<double>().ToArray();
    }

    /// <summary>The joint L2 norm of the pieces, and the factor that brings it to at most <paramref name="maxNorm"/>.</summary>
    /// <returns>A norm that is not finite when a piece's is not.</returns>
    public static (double Norm, double Factor) Of(double[] norms, double maxNorm)
    {
        using var scope = NewDisposeScope();
        var norm = norms.Length == 0 ? 0 : tensor(norms).norm().item<double>();
        return (norm, Math.Min(1, maxNorm / (norm + 1e-6)));
    }

    // A 16-bit gradient is summed in fp32; a copy of the whole would cost more than the sum.
    static Tensor Norm(Tensor piece)
    {
        using var scope = NewDisposeScope();
        return piece
            .to(piece.dtype is ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32)
            .norm()
            .to(float64)
            .MoveToOuterDisposeScope();
    }
}
