using System.Collections.Immutable;

namespace SVco.Core.Training;

/// <summary>What one optimiser step is made of.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="MicroBatches">Indices of training examples, micro batch by micro batch.</param>
/// <param name="Divisor">Each micro batch's mean loss is divided by this before the sum over the window.</param>
/// <param name="EpochsDone">How often the data have been gone through after this step, e.g. 0.667.</param>
public sealed record Window(int Step, ImmutableArray<ImmutableArray<int>> MicroBatches, int Divisor, double EpochsDone);

/// <summary>Which examples every step sees.</summary>
public static class TrainingPlan
{
    /// <summary>
    /// The number of steps. Official: epochs * max(micro batches of an epoch / accumulation, 1) with the quotient rounded down;
    /// Corrected: rounded up. <see cref="TrainSettings.MaxSteps"/> overrides both.
    /// </summary>
    /// <exception cref="UserException">There are no examples, or a setting is out of its range.</exception>
    public static int MaxSteps(int examples, TrainSettings settings)
    {
        settings.Validate();
        if (examples < 1)
        {
            throw new UserException(
                "There is no training example; see the reasons for which pairs were refused, or the filters of the data recipe."
            );
        }

        var perEpoch = MicroBatchesPerEpoch(examples, settings);
        return settings.MaxSteps
            ?? checked(
                settings.Epochs
                * (
                    settings.Behaviour == Behaviour.Official
                        ? Math.Max(perEpoch / settings.Accumulation, 1)
                        : CeilingOf(perEpoch, settings.Accumulation)
                )
            );
    }

    /// <summary>
    /// The windows of a run, lazily. Official (transformers 4.45.2; golden/svco): micro batches stream on over the ends of epochs, an
    /// incomplete accumulation is carried into the next epoch, and the run ends after <see cref="MaxSteps"/>, before the last epoch's data do;
    /// where an epoch has no more micro batches than the accumulation, its end ends a window too, and every loss is divided by the
    /// accumulation all the same. Corrected: no window crosses the end of an epoch; the last one of an epoch may be shorter and is divided
    /// by its own number of micro batches.
    /// </summary>
    /// <param name="examples">The number of training examples.</param>
    /// <param name="settings">Batch size, accumulation, epochs, steps and behaviour.</param>
    /// <param name="order">The order of the examples in an epoch (from 0), e.g. <see cref="EpochOrder.Of"/>.</param>
    /// <exception cref="UserException">There are no examples, or a setting is out of its range.</exception>
    public static IEnumerable<Window> Windows(int examples, TrainSettings settings, Func<int, ImmutableArray<int>> order)
    {
        var maxSteps = MaxSteps(examples, settings);
        return Windows(settings, MicroBatchesPerEpoch(examples, settings), order).Take(maxSteps);
    }

    static IEnumerable<Window> Windows(TrainSettings settings, int perEpoch, Func<int, ImmutableArray<int>> order)
    {
        var official = settings.Behaviour == Behaviour.Official;
        var endsWithEpoch = !official || perEpoch <= settings.Accumulation;
        var window = ImmutableArray<ImmutableArray<int>>.Empty;
        var (step, seen) = (0, 0L);
        foreach (var microBatch in Enumerable.Range(0, int.MaxValue).SelectMany(epoch => order(epoch).Chunk(settings.BatchSize)))
        {
            window = window.Add([.. microBatch]);
            seen++;
            var isFull = official ? seen % settings.Accumulation == 0 : window.Length == settings.Accumulation;
            if (isFull || (endsWithEpoch && seen % perEpoch == 0))
            {
                yield return new(++step, window, official ? settings.Accumulation : window.Length, seen / (double)perEpoch);
                window = [];
            }
        }
    }

    static int MicroBatchesPerEpoch(int examples, TrainSettings settings) => CeilingOf(examples, settings.BatchSize);

    static int CeilingOf(int dividend, int divisor) => (int)(((long)dividend + divisor - 1) / divisor);
}
