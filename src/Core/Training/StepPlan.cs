using System.Collections.Immutable;

namespace SVco.Core.Training;

/// <summary>One optimiser step: which examples each of its micro batches holds.</summary>
/// <param name="Epoch">The epoch in which the step's last micro batch lies, from 0.</param>
/// <param name="MicroBatches">Indices of the examples of each micro batch.</param>
/// <param name="Divisor">The sum of the micro batches' losses is divided by this.</param>
public sealed record PlannedStep(int Epoch, ImmutableArray<ImmutableArray<int>> MicroBatches, int Divisor);

/// <summary>Which examples are seen in which step of a run: a pure function of the settings, so a run goes on from a step number alone.</summary>
public static class StepPlan
{
    /// <summary>All steps of a run over <paramref name="count"/> examples.</summary>
    /// <remarks>
    /// Under <see cref="Behaviour.Official"/> the number of steps is epochs x (micro batches an epoch / accumulation, rounded down), an
    /// incomplete accumulation is carried into the next epoch, and the run ends before the last epoch's data do (golden/svco,
    /// llava-interleave-odd); an epoch smaller than one accumulation is one step, still divided by the whole accumulation. Corrected, no
    /// step crosses an epoch; an epoch's last step may be smaller and is divided by the micro batches it has.
    /// </remarks>
    public static ImmutableArray<PlannedStep> Steps(int count, TrainSettings settings)
    {
        var microBatches = Enumerable
            .Range(0, settings.Epochs)
            .SelectMany(epoch =>
                EpochOrder
                    .Of(count, settings.Seed, epoch)
                    .Chunk(settings.BatchSize)
                    .Select(batch => (Epoch: epoch, Batch: batch.ToImmutableArray()))
            );
        var perEpoch = (count + settings.BatchSize - 1) / settings.BatchSize;
        var carriesOn = settings.Behaviour == Behaviour.Official && perEpoch > settings.Accumulation;
        var windows = carriesOn
            ? microBatches.Chunk(settings.Accumulation).Take(settings.Epochs * (perEpoch / settings.Accumulation))
            : microBatches.GroupBy(batch => batch.Epoch).SelectMany(epoch => epoch.Chunk(settings.Accumulation));
        return
        [
            .. windows
                .Take(settings.MaxSteps ?? int.MaxValue)
                .Select(window => new PlannedStep(
                    window[^1].Epoch,
                    [.. window.Select(batch => batch.Batch)],
                    settings.Behaviour == Behaviour.Official ? settings.Accumulation : window.Length
                )),
        ];
    }
}
