using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Models;

namespace SVco.Training;

/// <summary>Everything a training run needs, the files it writes to aside.</summary>
/// <param name="Model">The policy; its trainable parameters require gradients.</param>
/// <param name="Objective">The formula to minimise.</param>
/// <param name="Evaluated">The formula to report on validation pairs, of at least the objective's cells; see <see cref="OfficialEvaluation"/>.</param>
/// <param name="Train">The training pairs, at least one.</param>
/// <param name="Validation">The validation pairs; may be empty.</param>
/// <param name="Settings">Learning rate, batch sizes and the like.</param>
/// <param name="LoadImages">Loads images ahead, on another thread.</param>
/// <param name="Score">How the table is scored.</param>
public sealed record TrainingJob(
    Llava Model,
    Objective Objective,
    Objective Evaluated,
    ImmutableArray<PreparedPair> Train,
    ImmutableArray<PreparedPair> Validation,
    TrainSettings Settings,
    LoadImages LoadImages,
    ScoreTable Score
)
{
    /// <summary>How many batches may be loaded before they are needed.</summary>
    internal const int BatchesAhead = 4;

    /// <summary>All pairs that are scored, each once.</summary>
    public ImmutableArray<PreparedPair> ScoredPairs => [.. Train.Concat(Validation).Distinct()];

    /// <summary>The batches in order, each with what gives its images' features; they are loaded ahead by another thread.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="cells">The cells that will be scored; they decide which images are needed.</param>
    /// <exception cref="UserException">When its batch comes: an image cannot be loaded; the pair is named.</exception>
    public IEnumerable<(ImmutableArray<PreparedPair> Pairs, EncodeImages Encode)> Loaded(
        IEnumerable<ImmutableArray<PreparedPair>> batches,
        IReadOnlyCollection<Cell> cells
    ) => Ahead.Map(batches, batch => (batch, Load(batch, cells)), BatchesAhead);

    EncodeImages Load(ImmutableArray<PreparedPair> batch, IReadOnlyCollection<Cell> cells)
    {
        ImageSource[] Images(IEnumerable<PreparedPair> pairs) =>
            [.. pairs.SelectMany(pair => cells.Select(pair.Image)).OfType<ImageSource>().Distinct()];

        try
        {
            return LoadImages(Images(batch));
        }
        catch (UserException) when (batch.Length > 1)
        {
            // Alone, the pair whose image it is shows itself.
            foreach (var pair in batch)
            {
                Load([pair], cells);
            }

            throw;
        }
        catch (UserException error)
        {
            throw new UserException($"{batch[0].Pair.Id}: {error.Message}", error);
        }
    }
}
