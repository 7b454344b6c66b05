using System.Collections.Immutable;
using SVco.Core.Training;
using SVco.Models;

namespace SVco.Training;

/// <summary>The trainable parameters and what updates them. Its moments and step count are a run's state beside the weights.</summary>
public sealed class Optimizer : IDisposable
{
    readonly ImmutableArray<NamedTensor> _trainable;
    readonly AdamW _adam;
    readonly double _maxGradientNorm;
    readonly IReplicas _replicas;

    /// <summary>Starts at step 0 with zero moments.</summary>
    /// <param name="parameters">Those of them that require gradients are updated, in place.</param>
    /// <param name="decays">Whether a parameter of this name gets weight decay.</param>
    /// <param name="settings">AdamW's numbers and the gradients' largest norm.</param>
    /// <param name="replicas">The processes that train together; null for this one alone.</param>
    public Optimizer(IEnumerable<NamedTensor> parameters, Func<string, bool> decays, TrainSettings settings, IReplicas? replicas = null)
    {
        _trainable = [.. parameters.Where(parameter => parameter.Value.requires_grad)];
        _adam = new AdamW(_trainable, decays, settings);
        (_maxGradientNorm, _replicas) = (settings.MaxGradientNorm, replicas ?? new SingleReplica());
    }

    /// <summary>The number of updates made.</summary>
    public int Steps
    {
        get => _adam.Steps;
        set => _adam.Steps = value;
    }

    /// <summary>The parameters that are updated.</summary>
    public IReadOnlyList<NamedTensor> Trainable => _trainable;

    /// <summary>See <see cref="AdamW.State"/>.</summary>
    public IEnumerable<NamedTensor> State => _adam.State;

    /// <summary>One update from the gradients that lie at the parameters, summed over the replicas and clipped; clears them.</summary>
    /// <param name="learningRate">The rate.</param>
    /// <returns>The gradients' joint L2 norm before clipping. When it is not finite nothing was updated.</returns>
    public double Update(double learningRate)
    {
        _replicas.SumGradients(_trainable);
        var (norm, factor) = GradientClipping.Measure(_trainable, _maxGradientNorm);
        if (double.IsFinite(norm))
        {
            _adam.Step(learningRate, factor);
        }

        foreach (var parameter in _trainable)
        {
            parameter.Value.grad = null;
        }

        return norm;
    }

    /// <inheritdoc/>
    public void Dispose() => _adam.Dispose();
}
