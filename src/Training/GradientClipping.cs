using SVco.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Clipping by the norm of all gradients together, as torch.nn.utils.clip_grad_norm_ does it.</summary>
public static class GradientClipping
{
    /// <summary>Scales the gradients in place so that their joint L2 norm is at most <paramref name="maxNorm"/>.</summary>
    /// <returns>The norm before clipping; not finite when a gradient is not (then nothing is scaled).</returns>
    public static double Clip(IReadOnlyList<NamedTensor> parameters, double maxNorm)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var gradients = parameters.Select(parameter => parameter.Value.grad).OfType<Tensor>().ToArray();
        if (gradients.Length == 0)
        {
            return 0;
        }

        var norm = stack([.. gradients.Select(gradient => gradient.norm().to(float64))]).norm().item<double>();
        var factor = maxNorm / (norm + 1e-6);
        if (double.IsFinite(norm) && factor < 1)
        {
            foreach (var gradient in gradients)
            {
                gradient.mul_(factor);
            }
        }

        return norm;
    }
}
