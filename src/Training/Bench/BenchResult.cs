using System.Collections.Immutable;
using MathNet.Numerics.Statistics;

namespace SVco.Training.Bench;

/// <summary>What one process measured.</summary>
/// <param name="Seconds">Of each step.</param>
/// <param name="Tokens">Tokens through the decoder in a forward pass.</param>
/// <param name="Operations">Floating-point operations of a step's matrix products.</param>
/// <param name="MachineRate">Operations a second of one large matrix product of the same type, measured between the steps.</param>
/// <param name="PeakBytes">The process's peak resident memory.</param>
/// <param name="OwnBytes">Of it the policy's weights, gradients and optimiser state.</param>
/// <param name="EstimatedBytes">What <see cref="MemoryEstimate"/> said before; null for the plain way.</param>
/// <param name="Loss">The first step's loss.</param>
/// <param name="Parts">Median seconds of the step's parts.</param>
public sealed record BenchResult(
    ImmutableArray<double> Seconds,
    long Tokens,
    double Operations,
    double MachineRate,
    long PeakBytes,
    long OwnBytes,
    long? EstimatedBytes,
    double Loss,
    ImmutableSortedDictionary<string, double> Parts
)
{
    /// <summary>What the processes that shared each step did beside it; null where one was alone.</summary>
    public RanksResult? Ranks { get; init; }

    /// <summary>Median seconds of a step.</summary>
    public double Median => Seconds.Median();

    /// <summary>Matrix products as a share of what the machine could have done in the time.</summary>
    public double Utilisation => Operations / Median / MachineRate;
}
