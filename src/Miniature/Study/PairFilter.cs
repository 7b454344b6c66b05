using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Miniature.Scenes;
using SVco.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Miniature.Study;

/// <summary>
/// The filter of MVC in miniature: among edited pairs those whose images look too much alike, patch by patch, are refused (the edit failed),
/// and those whose images have too little in common as wholes (the edit went too far). Position flips are not synthetic and stay. The two
/// similarities come from the model's own tower, where the paper has DINOv2 and SigLIP.
/// </summary>
public static class PairFilter
{
    /// <summary>The share of the edited pairs that each of the two thresholds refuses.</summary>
    public const double Refused = 0.1;

    /// <summary>The pairs that pass, in order.</summary>
    public static ImmutableArray<EditedPair> Filter(IReadOnlyList<EditedPair> pairs, MemoryFeatures vision)
    {
        using var scope = NewDisposeScope();
        vision.Encode(pairs.SelectMany(pair => new[] { pair.Pair.W.Image, pair.Pair.L.Image }));
        var edited = pairs.Where(pair => pair.Contrast.Type != Core.Data.ContrastType.Position).ToArray();
        if (edited.Length == 0)
        {
            return [.. pairs];
        }

        var (w, l) = (
            Features(vision, edited.Select(pair => pair.Pair.W.Image)),
            Features(vision, edited.Select(pair => pair.Pair.L.Image))
        );
        var patches = Similarities(w.flatten(1), l.flatten(1));
        var wholes = Similarities(w.mean([1]), l.mean([1]));
        var (most, least) = (Quantile(patches, 1 - Refused), Quantile(wholes, Refused));
        var refused = edited.Where((_, i) => patches[i] >= most || wholes[i] <= least).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. pairs.Where(pair => !refused.Contains(pair))];
    }

    /// <summary>[images, feature tokens, vision width]</summary>
    static Tensor Features(MemoryFeatures vision, IEnumerable<ImageSource> images) =>
        stack(vision.Of([.. images]).Select(image => image.Features));

    static float[] Similarities(Tensor w, Tensor l) => cosine_similarity(w, l).data<float>().ToArray();

    // The nearest of the n values, ties to even, which decides what is refused; none of MathNet's definitions is this one.
    static float Quantile(float[] values, double share) => values.Order().ElementAt((int)Math.Round(share * (values.Length - 1)));
}
