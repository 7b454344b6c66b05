using System.Collections.Immutable;
using SVco.Core.Training;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter, arXiv 1711.05101) with PyTorch's order of operations. Written out because its moments must be saved and
/// restored to the bit, name by name. A 16-bit parameter has fp32 master weights and moments: an update of 1e-6 would be lost in its rounding.
/// </summary>
public sealed class AdamW : IDisposable
{
    const string First = "first";
    const string Second = "second";
    const string Master = "master";

    readonly double _beta1;
    readonly double _beta2;
    readonly double _epsilon;
    readonly IReadOnlyList<Slot> _slots;

    sealed record Slot(string Name, Tensor Parameter, double WeightDecay, Tensor FirstMoment, Tensor SecondMoment, Tensor? Master);

    /// <summary>Starts with zero moments.</summary>
    /// <param name="parameters">The trainable parameters or parts of them, updated in place.</param>
    /// <param name="decays">Whether a parameter of this name gets weight decay.</param>
    /// <param name="settings">Betas, epsilon and weight decay.</param>
    public AdamW(IEnumerable<NamedTensor> parameters, Func<string, bool> decays, TrainSettings settings)
    {
        (_beta1, _beta2) = (settings.Beta1, settings.Beta2);
        _epsilon = settings.Epsilon;
        _slots =
        [
            .. parameters.Select(parameter =>
            {
                var type = TypeOf(parameter.Value.dtype);
                return new Slot(
                    parameter.Name,
                    parameter.Value,
                    decays(parameter.Name) ? settings.WeightDecay : 0,
                    zeros_like(parameter.Value, type, requires_grad: false).DetachFromDisposeScope(),
                    zeros_like(parameter.Value, type, requires_grad: false).DetachFromDisposeScope(),
                    parameter.Value.dtype == type ? null : parameter.Value.detach().to(type).DetachFromDisposeScope()
                );
            }),
        ];
    }

    /// <summary>The number of updates made.</summary>
    public int Steps { get; set; }

    /// <summary>
    /// The moments under the names <c>first.PARAMETER</c> and <c>second.PARAMETER</c>, and master weights as <c>master.PARAMETER</c>; live
    /// tensors, for saving and restoring.
    /// </summary>
    public IEnumerable<NamedTensor> State =>
        _slots.SelectMany(
            (slot, index) => Kinds(slot.Parameter.dtype).Select(kind => new NamedTensor($"{kind}.{slot.Name}", this[kind, index]))
        );

    /// <summary>What is kept of a parameter of a type: its moments, and master weights where updates would be lost in its rounding.</summary>
    internal static ImmutableArray<string> Kinds(ScalarType type) => type == TypeOf(type) ? [First, Second] : [First, Second, Master];

    /// <summary>The type of what is kept.</summary>
    internal static ScalarType TypeOf(ScalarType parameter) => parameter is ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>A tensor of a kind of the parameter of an index.</summary>
    internal Tensor this[string kind, int index] =>
        kind switch
        {
            First => _slots[index].FirstMoment,
            Second => _slots[index].SecondMoment,
            _ => _slots[index].Master!,
        };

    /// <summary>One update; a parameter without a gradient is left alone.</summary>
    /// <param name="gradients">A gradient for each parameter, or null.</param>
    /// <param name="learningRate">The rate.</param>
    /// <param name="gradientFactor">What the gradients are multiplied by before use; see <see cref="GradientClipping"/>.</param>
    public void Step(IReadOnlyList<Tensor?> gradients, double learningRate, double gradientFactor = 1)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Steps++;
        foreach (var (index, slot) in _slots.Index())
        {
            using var each = NewDisposeScope();
            if (gradients[index] is not { } gradient)
            {
                continue;
            }

            var update = new AdamWUpdate(
                _beta1,
                _beta2,
                _epsilon,
                1 - learningRate * slot.WeightDecay,
                learningRate / (1 - Math.Pow(_beta1, Steps)),
                Math.Sqrt(1 - Math.Pow(_beta2, Steps)),
                gradientFactor
            );
            update.Apply(slot.Master ?? slot.Parameter, gradient, slot.FirstMoment, slot.SecondMoment);
            if (slot.Master is { } master)
            {
                slot.Parameter.copy_(master);
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
            slot.Master?.Dispose();
        }
    }
}
