using System.Collections.Immutable;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Checkpoints;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// The trainable parameters and what updates them. Its moments and step count are a run's state beside the weights. Of several ranks each has
/// the sums of gradients, the moments and the master weights of its own part alone (ZeRO stages 1 and 2, arXiv 1910.02054).
/// </summary>
public sealed class Optimizer : IDisposable
{
    readonly ImmutableArray<NamedTensor> _trainable;
    readonly ShardedTensors _sharded;
    readonly AdamW _adam;
    readonly double _maxGradientNorm;
    readonly ICollective _ranks;

    /// <summary>Of the sums' pieces, once they are complete.</summary>
    double[]? _norms;

    /// <summary>Starts at step 0 with zero moments.</summary>
    /// <param name="parameters">Those of them that require gradients are updated, in place.</param>
    /// <param name="decays">Whether a parameter of this name gets weight decay.</param>
    /// <param name="settings">AdamW's numbers and the gradients' largest norm.</param>
    /// <param name="ranks">The processes that train together; null for this one alone.</param>
    public Optimizer(IEnumerable<NamedTensor> parameters, Func<string, bool> decays, TrainSettings settings, ICollective? ranks = null)
    {
        _trainable = [.. parameters.Where(parameter => parameter.Value.requires_grad)];
        (_maxGradientNorm, _ranks) = (settings.MaxGradientNorm, ranks ?? new SingleProcess());
        _sharded = new(_trainable, _ranks);
        var names = _sharded.Own.Select(part =>
            part.IsWhole ? _trainable[part.Parameter].Name : $"{_trainable[part.Parameter].Name} from {part.Start}"
        );
        var decayed = names.Zip(_sharded.Own).ToDictionary(part => part.First, part => decays(_trainable[part.Second.Parameter].Name));
        _adam = new AdamW(
            names.Zip(
                _sharded.Own,
                (name, part) => new NamedTensor(name, part.Of(_trainable[part.Parameter].Value.detach()).DetachFromDisposeScope())
            ),
            name => decayed[name],
            settings
        );
    }

    /// <summary>The number of updates made.</summary>
    public int Steps
    {
        get => _adam.Steps;
        set => _adam.Steps = value;
    }

    /// <summary>The parameters that are updated.</summary>
    public IReadOnlyList<NamedTensor> Trainable => _trainable;

    /// <summary>What sending gradients to their owners took.</summary>
    public ExchangeTimes GradientTimes => _sharded.GradientTimes;

    /// <summary>What sending updated parameters to the other ranks took.</summary>
    public ExchangeTimes ParameterTimes => _sharded.ParameterTimes;

    /// <summary>See <see cref="AdamW.State"/>; of this rank's part.</summary>
    public IEnumerable<NamedTensor> State => _adam.State;

    /// <summary>
    /// Adds the gradients of a micro batch on each rank, which lie at the parameters, to those before, in the order of ranks; clears them. All
    /// ranks call it as often; one without a micro batch has no gradients.
    /// </summary>
    public void AddGradients() => _sharded.AddGradients();

    /// <summary>
    /// Says while a backward pass goes on that it adds no more to the gradients of some parameters, so that they may be on their way before
    /// <see cref="AddGradients"/>, which must come before the next pass.
    /// </summary>
    public void Complete(IEnumerable<Tensor> parameters) => _sharded.Complete(parameters);

    /// <summary>
    /// The joint L2 norm of the sums of the gradients that were added and those that lie at the parameters; all have come to their owners then. Where it
    /// is not asked for, <see cref="Update"/> asks.
    /// </summary>
    public double GradientNorm()
    {
        if (_norms is null)
        {
            AddGradients();
            _norms = _sharded.Norms();
        }

        return GradientClipping.Of(_norms, _maxGradientNorm).Norm;
    }

    /// <summary>One update from the sums of the gradients, clipped; clears them.</summary>
    /// <param name="learningRate">The rate.</param>
    /// <returns>See <see cref="GradientNorm"/>. When it is not finite nothing was updated.</returns>
    public double Update(double learningRate)
    {
        GradientNorm();
        var (norm, factor) = GradientClipping.Of(_norms!, _maxGradientNorm);
        _norms = null;
        if (double.IsFinite(norm))
        {
            _adam.Step(_sharded.Sums, learningRate, factor);
        }

        _sharded.Clear();
        if (double.IsFinite(norm))
        {
            _sharded.ShareParameters();
        }

        return norm;
    }

    /// <summary>Writes the moments and master weights of all ranks as one file. All ranks take part, and rank 0 writes.</summary>
    /// <exception cref="Core.UserException">The disk refuses.</exception>
    public void Save(string path)
    {
        NamedTensor[] tensors =
        [
            .. _trainable.SelectMany(parameter =>
                AdamW
                    .Kinds(parameter.Value.dtype)
                    .Select(kind => new NamedTensor(
                        $"{kind}.{parameter.Name}",
                        empty(parameter.Value.shape, AdamW.TypeOf(parameter.Value.dtype), META)
                    ))
            ),
        ];
        if (_ranks.Rank == 0)
        {
            SafetensorsWriter.Write(path, tensors, tensor => Whole(tensor.Name)!);
            return;
        }

        foreach (var tensor in SafetensorsWriter.InOrder(tensors))
        {
            Whole(tensor.Name);
        }
    }

    /// <summary>Reads what <see cref="Save"/> has written, with however many ranks.</summary>
    /// <exception cref="Core.UserException">Something is missing in it.</exception>
    public void Restore(SafetensorsFile saved)
    {
        foreach (var (index, part) in _sharded.Own.Index())
        {
            var parameter = _trainable[part.Parameter];
            foreach (var kind in AdamW.Kinds(parameter.Value.dtype))
            {
                if (part.IsWhole)
                {
                    saved.CopyTo($"{kind}.{parameter.Name}", _adam[kind, index]);
                }
                else
                {
                    using var scope = NewDisposeScope();
                    _adam[kind, index].copy_(part.Of(saved.Read($"{kind}.{parameter.Name}")));
                }
            }
        }
    }

    /// <summary>What is saved under a name; null on the other ranks than 0.</summary>
    Tensor? Whole(string name)
    {
        var (kind, parameter) = (name[..name.IndexOf('.')], name[(name.IndexOf('.') + 1)..]);
        var index = _trainable.Index().First(one => one.Item.Name == parameter).Index;
        return _ranks.Size == 1
            ? _adam[kind, index]
            : _sharded.Whole(index, own => _adam[kind, own], AdamW.TypeOf(_trainable[index].Value.dtype));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sharded.Dispose();
        _adam.Dispose();
    }
}
