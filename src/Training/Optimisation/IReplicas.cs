using SVco.Models;

namespace SVco.Training;

/// <summary>
/// The processes that train one model together, each on its own micro batches. A step's micro batches have their shares of the whole step, so
/// that the sum of the replicas' gradients is the step's gradient.
/// </summary>
public interface IReplicas
{
    /// <summary>
    /// Puts the sum of all replicas' gradients at the parameters, to the bit the same in each. A parameter without a gradient here may have
    /// one elsewhere.
    /// </summary>
    void SumGradients(IReadOnlyList<NamedTensor> parameters);
}

/// <summary>A process that trains alone.</summary>
public sealed record SingleReplica : IReplicas
{
    /// <summary>Leaves the gradients as they are.</summary>
    public void SumGradients(IReadOnlyList<NamedTensor> parameters) { }
}
