using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Models;
using SVco.Training.Distributed;

namespace SVco.Training;

/// <summary>Everything a training run needs, the files it writes to aside.</summary>
public sealed record TrainingSetup
{
    /// <summary>The policy; its trainable parameters require gradients.</summary>
    public required VisionLanguageModel Model { get; init; }

    /// <summary>The formula to minimise.</summary>
    public required Objective Objective { get; init; }

    /// <summary>The formula to report on validation pairs, of at least the objective's cells; see <see cref="OfficialEvaluation"/>.</summary>
    public Objective Evaluated
    {
        get => field ?? Objective;
        init;
    }

    /// <summary>The training pairs, at least one.</summary>
    public required ImmutableArray<PreparedPair> Train { get; init; }

    /// <summary>The validation pairs.</summary>
    public ImmutableArray<PreparedPair> Validation { get; init; } = [];

    /// <summary>Learning rate, batch sizes and the like.</summary>
    public required TrainSettings Settings { get; init; }

    /// <summary>The vision features of the pairs' images; those of the next batches are prefetched.</summary>
    public required IImageFeatures Images { get; init; }

    /// <summary>How the table is scored.</summary>
    public IScoring Scoring { get; init; } = new PackedScoring();

    /// <summary>The processes that train together.</summary>
    public ICollective Ranks { get; init; } = new SingleProcess();

    /// <summary>How many batches may be prefetched.</summary>
    internal const int PrefetchedBatches = 4;

    /// <summary>All pairs that are scored: the training pairs, then the validation pairs.</summary>
    public ImmutableArray<PreparedPair> Pairs => [.. Train, .. Validation];

    /// <summary>The batches in order; their images are prefetched by another thread.</summary>
    /// <param name="batches">The indices of each batch's pairs in <see cref="Pairs"/>.</param>
    /// <param name="cells">The cells that will be scored; they decide which images are needed.</param>
    /// <exception cref="UserException">When its batch comes: an image cannot be loaded; the pair is named.</exception>
    public IEnumerable<PairBatch> Batches(IEnumerable<ImmutableArray<int>> batches, IReadOnlyCollection<Cell> cells)
    {
        var all = Pairs;
        return Prefetching.Map(
            batches,
            indices =>
            {
                ImmutableArray<PreparedPair> pairs = [.. indices.Select(index => all[index])];
                return new PairBatch(indices, pairs, Prefetch(pairs, cells));
            },
            PrefetchedBatches
        );
    }

    IImageFeatures Prefetch(ImmutableArray<PreparedPair> batch, IReadOnlyCollection<Cell> cells)
    {
        try
        {
            return Images.Prefetch(batch.SelectMany(pair => cells.Select(pair.Image)).OfType<ImageSource>().Distinct());
        }
        catch (UserException) when (batch.Length > 1)
        {
            // Alone, the pair whose image it is shows itself.
            foreach (var pair in batch)
            {
                Prefetch([pair], cells);
            }

            throw;
        }
        catch (UserException error)
        {
            throw new UserException($"{batch[0].Pair.Id}: {error.Message}", error);
        }
    }
}
