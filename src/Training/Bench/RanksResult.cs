using System.Diagnostics;
using System.Runtime.InteropServices;
using SVco.Training.Distributed;

namespace SVco.Training.Bench;

/// <summary>What processes that share a step did beside it.</summary>
/// <param name="Count">How many they are.</param>
/// <param name="PeakBytes">The largest peak resident memory of one.</param>
/// <param name="WeightBytes">Of it the model's weights.</param>
/// <param name="SentBytes">What one has sent in a step, their mean.</param>
/// <param name="GradientSeconds">How long sending a step's gradients takes where no computation goes on beside it.</param>
/// <param name="GradientWait">How long the computation stood still for them in a step.</param>
/// <param name="ParameterSeconds">How long sending updated parameters took in a step.</param>
/// <param name="ParameterWait">How long the computation stood still for them.</param>
public sealed record RanksResult(
    int Count,
    long PeakBytes,
    long WeightBytes,
    double SentBytes,
    double GradientSeconds,
    double GradientWait,
    double ParameterSeconds,
    double ParameterWait
)
{
    /// <summary>The share of sending gradients that went on behind the backward pass.</summary>
    public double Hidden => 1 - GradientWait / GradientSeconds;

    /// <summary>Of all ranks after some steps; all take part.</summary>
    internal static RanksResult Of(BenchTraining training, ICollective ranks, int steps)
    {
        var (gradients, parameters) = training.Exchanges;
        double[] own =
        [
            Process.GetCurrentProcess().PeakWorkingSet64,
            ranks.Traffic.Bytes,
            training.ExchangeAlone() * steps,
            gradients.Waited.TotalSeconds,
            parameters.Transferring.TotalSeconds,
            parameters.Waited.TotalSeconds,
        ];
        double[][] all =
        [
            .. ranks.Gather(MemoryMarshal.AsBytes(own.AsSpan())).Select(one => MemoryMarshal.Cast<byte, double>(one).ToArray()),
        ];
        double Mean(int index) => all.Average(one => one[index]) / steps;
        return new(ranks.Size, (long)all.Max(one => one[0]), training.WeightBytes, Mean(1), Mean(2), Mean(3), Mean(4), Mean(5));
    }
}
