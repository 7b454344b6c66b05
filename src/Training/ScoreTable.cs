using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using TorchSharp;

namespace SVco.Training;

/// <summary>The pixels of an image as the model wants them [3, size, size], on the model's device.</summary>
public delegate torch.Tensor LoadPixels(ImageSource image);

/// <summary>
/// Scores cells of a batch of pairs; the one place where the model meets the table, and the one function to replace for another way of
/// scoring.
/// </summary>
/// <param name="model">The policy.</param>
/// <param name="batch">The pairs.</param>
/// <param name="cells">The cells that the objective asks for.</param>
/// <param name="loadPixels">Gives the pixels of an image.</param>
/// <param name="weights">
/// When present, it is called once with the scored values and gives each cell's weight d loss / d log p; the gradient of
/// sum(weight * log p) is then added to the gradients of the trainable parameters. This is the loss's exact gradient, since the loss
/// depends on the model only through the table. When null, nothing but the values is computed.
/// </param>
/// <returns>For each pair the summed log-probability of each cell.</returns>
public delegate IReadOnlyList<ImmutableDictionary<Cell, double>> ScoreTable(
    Llava model,
    IReadOnlyList<PreparedPair> batch,
    IReadOnlyCollection<Cell> cells,
    LoadPixels loadPixels,
    Func<IReadOnlyList<ImmutableDictionary<Cell, double>>, IReadOnlyList<ImmutableDictionary<Cell, double>>>? weights = null
);
