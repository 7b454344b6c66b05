using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using TorchSharp;

namespace SVco.Training;

/// <summary>
/// The vision features of some images [images, image tokens, vision width], as the projector takes them; with a graph where gradients are
/// on and the tower is trained. See <see cref="VisionFeatures"/>.
/// </summary>
public delegate torch.Tensor EncodeImages(IReadOnlyList<ImageSource> images);

/// <summary>
/// Loads images, on whatever thread it is called, without touching the model: decodes, resizes, or finds their features in a cache. What it
/// returns gives the vision features of these images on the thread that trains. See <see cref="VisionFeatures.Loading"/>.
/// </summary>
/// <exception cref="Core.UserException">An image cannot be read.</exception>
public delegate EncodeImages LoadImages(IReadOnlyList<ImageSource> images);

/// <summary>
/// Scores cells of a batch of pairs; the one place where the model meets the table, and the one function to replace for another way of
/// scoring.
/// </summary>
/// <param name="model">The policy.</param>
/// <param name="batch">The pairs.</param>
/// <param name="cells">The cells that the objective asks for.</param>
/// <param name="encodeImages">Gives the vision features of images.</param>
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
    EncodeImages encodeImages,
    Func<IReadOnlyList<ImmutableDictionary<Cell, double>>, IReadOnlyList<ImmutableDictionary<Cell, double>>>? weights = null
);
