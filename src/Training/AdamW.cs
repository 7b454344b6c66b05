using SVco.Core.Training;
using SVco.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter, arXiv 1711.05101) with PyTorch's order of operations. Written out because its moments must be saved and
/// restored to the bit, name by name.
/// </summary>
public sealed class AdamW : IDisposable
{
    readonly double _beta1;
    readonly double _beta2;
    readonly double _epsilon;
    readonly IReadOnlyList<Slot> _slots;

    sealed record Slot(string Name, Tensor Parameter, Tensor Master, double WeightDecay, Tensor FirstMoment, Tensor SecondMoment)
    {
        public bool IsOwnMaster => ReferenceEquals(Parameter, Master);
    }

    /// <summary>Starts with zero moments.</summary>
    /// <param name="parameters">The trainable parameters, updated in place.</param>
    /// <param name="decays">Whether a parameter of this name gets weight decay.</param>
    /// <param name="settings">Betas, epsilon and weight decay.</param>
    public AdamW(IEnumerable<NamedTensor> parameters, Func<string, bool> decays, TrainSettings settings)
    {
        (_beta1, _beta2) = (settings.Beta1, settings.Beta2);
        _epsilon = settings.Epsilon;
        using var noGrad = no_grad();
        _slots = [.. parameters.Select(parameter => SlotFor(parameter, decays(parameter.Name) ? settings.WeightDecay : 0))];
    }

    /// <summary>The number of updates made.</summary>
    public int Steps { get; set; }

    /// <summary>
    /// The moments under the names <c>first.PARAMETER</c> and <c>second.PARAMETER</c>, and where a parameter has 16 bits its 32-bit weights
    /// as <c>master.PARAMETER</c>; live tensors, for saving and restoring.
    /// </summary>
    public IEnumerable<NamedTensor> State =>
        _slots.SelectMany(slot =>
            (NamedTensor[])
                [
                    new($"first.{slot.Name}", slot.FirstMoment),
                    new($"second.{slot.Name}", slot.SecondMoment),
                    .. slot.IsOwnMaster ? Array.Empty<NamedTensor>() : [new($"master.{slot.Name}", slot.Master)],
                ]
        );

    /// <summary>One update from the gradients that lie at the parameters; a parameter without a gradient is left alone.</summary>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Steps++;
        var stepSize = learningRate / (1 - Math.Pow(_beta1, Steps));
        var secondCorrection = Math.Sqrt(1 - Math.Pow(_beta2, Steps));
        foreach (var slot in _slots)
        {
            using var each = NewDisposeScope();
            if (slot.Parameter.grad is not { } gradient)
            {
                continue;
            }

            var exact = gradient.to(slot.Master.dtype);
            slot.Master.mul_(1 - learningRate * slot.WeightDecay);
            slot.FirstMoment.mul_(_beta1).add_(exact, 1 - _beta1);
            slot.SecondMoment.mul_(_beta2).addcmul_(exact, exact, 1 - _beta2);
            slot.Master.addcdiv_(slot.FirstMoment, slot.SecondMoment.sqrt().div_(secondCorrection).add_(_epsilon), -stepSize);
            if (!slot.IsOwnMaster)
            {
                slot.Parameter.copy_(slot.Master);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.FirstMoment.Dispose();
            slot.SecondMoment.Dispose();
            if (!slot.IsOwnMaster)
            {
                slot.Master.Dispose();
            }
        }
    }

    static Slot SlotFor(NamedTensor parameter, double weightDecay)
    {
        var isHalf = parameter.Value.dtype is ScalarType.BFloat16 or ScalarType.Float16;
        var master = isHalf ? parameter.Value.to(float32).detach().DetachFromDisposeScope() : parameter.Value;
        return new Slot(
            parameter.Name,
            parameter.Value,
            master,
            weightDecay,
            zeros_like(master, requires_grad: false).DetachFromDisposeScope(),
            zeros_like(master, requires_grad: false).DetachFromDisposeScope()
        );
    }
}
