using SVco.Models.Images;

namespace SVco.Models.Generation;

/// <summary>
/// Continues many prompts at a time. Prompts on the same images are read as one tree, in which an image is encoded once and every shared
/// token decoded once (<see cref="Core.Packing.PackLayout"/>); their rows are then continued side by side, and go on sharing its keys and values. A row
/// that has ended leaves, and waiting ones enter when there is room for a quarter more.
/// </summary>
/// <remarks>
/// In fp32 each request gets the tokens that it gets alone. Of equal logits the first is taken. Sums are made in another order, though, so
/// two logits nearer to each other than their rounding (some 1e-5 of their size) may change places; tokens drawn at random differ only where
/// the point that is drawn lies so near to the border between two tokens.
/// </remarks>
public static class ManyRequests
{
    /// <summary>Continues all requests.</summary>
    /// <param name="model">The model.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="images">The processed size of each image.</param>
    /// <param name="encode">Gives the vision features of images by their indices; called once for each image of a tree.</param>
    /// <param name="stops">The tokens that end a row.</param>
    /// <param name="limits">How much at a time.</param>
    /// <param name="stop">Ends it between two steps.</param>
    /// <returns>The continuations, each as soon as it has ended, those that take longest first.</returns>
    /// <exception cref="ArgumentException">A prompt has no token, or fewer placeholders than images.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="Core.UserException">The model gives something else than numbers, or an image cannot be read.</exception>
    public static IEnumerable<GeneratedTokens> Continue(
        VisionLanguageModel model,
        IReadOnlyList<GenerationRequest> requests,
        IReadOnlyList<ImageSize> images,
        Func<IReadOnlyList<int>, IReadOnlyList<EncodedImage>> encode,
        IReadOnlyCollection<int> stops,
        GenerationLimits limits,
        CancellationToken stop = default
    )
    {
        var waiting = PromptTree.Of(model.Config, requests, images, limits);
        using var rows = new OpenRows(model, encode, stops, limits);
        for (var (entered, hasRoom) = (0, true); entered < waiting.Length || rows.Count > 0; )
        {
            stop.ThrowIfCancellationRequested();
            var entering = hasRoom ? rows.Fitting(waiting[entered..]) : [];
            entered += entering.Length;
            var ended = entering.IsEmpty ? rows.Step() : rows.Enter(entering, requests);
            hasRoom = !entering.IsEmpty || !ended.IsEmpty;
            foreach (var one in ended)
            {
                yield return one;
            }
        }
    }
}
