using System.Collections.Immutable;
using System.Diagnostics;

namespace SVco.Core.Data;

/// <summary>The pairs of a file in the MVC format (<see cref="MvcJson"/>).</summary>
/// <param name="Path">The file.</param>
/// <param name="ImageRoot">The folder of its relative image paths.</param>
public sealed record JsonPairs(string Path, string ImageRoot) : Recipe<ContrastPair>.Source
{
    /// <inheritdoc/>
    public override string Call => $"FromJson({Recipe.Quoted(Path)}{(ImageRoot.Length == 0 ? "" : $", {Recipe.Quoted(ImageRoot)}")})";
}

/// <summary>What every pair becomes.</summary>
public abstract record PairChange
{
    PairChange() { }

    /// <summary>The pair followed by its swap.</summary>
    public sealed record Doubled : PairChange;

    /// <summary>The pair with its sides exchanged.</summary>
    public sealed record Swapped : PairChange;

    /// <summary>The pair with a random crop of its W image as L image (<see cref="ImageSource.RandomCrop"/>).</summary>
    public sealed record Cropped(double MinScale, double MaxScale, ulong Seed) : PairChange;

    /// <summary>The pair with its W image under diffusion noise as L image (<see cref="ImageSource.DiffusionNoise"/>).</summary>
    public sealed record Noised(int Step, ulong Seed) : PairChange;
}

/// <summary>Every pair changed in the same way.</summary>
public sealed record ChangedPairs(Recipe<ContrastPair> Of, PairChange Change) : Recipe<ContrastPair>.OwnStep(Of)
{
    /// <inheritdoc/>
    public override string Call =>
        Change switch
        {
            PairChange.Doubled => "DoubleForSft()",
            PairChange.Swapped => "Swap()",
            PairChange.Cropped(var minScale, var maxScale, var seed) =>
                $"CorruptByCrop(seed: {seed}, {Recipe.Number(minScale)}, {Recipe.Number(maxScale)})",
            PairChange.Noised(var step, var seed) => $"CorruptByNoise(seed: {seed}, {step})",
            _ => throw new UnreachableException(),
        };

    /// <inheritdoc/>
    public override IEnumerable<ContrastPair> Apply(
        IEnumerable<ContrastPair> before,
        Func<Recipe<ContrastPair>, IEnumerable<ContrastPair>> run
    ) => before.SelectMany(pair => Changed(pair));

    ImmutableArray<ContrastPair> Changed(ContrastPair pair) =>
        Change switch
        {
            PairChange.Doubled => [pair, pair.Swap()],
            PairChange.Swapped => [pair.Swap()],
            PairChange.Cropped(var minScale, var maxScale, var seed) =>
            [
                WithL(pair, new ImageSource.RandomCrop(pair.W.Image, minScale, maxScale, SeedOf(pair, seed))),
            ],
            PairChange.Noised(var step, var seed) => [WithL(pair, new ImageSource.DiffusionNoise(pair.W.Image, step, SeedOf(pair, seed)))],
            _ => throw new UnreachableException(),
        };

    static ContrastPair WithL(ContrastPair pair, ImageSource image) => pair with { L = pair.L with { Image = image } };

    /// <summary>The pair's own id seeds its damage, so that it does not depend on the steps before.</summary>
    static ulong SeedOf(ContrastPair pair, ulong seed) => SplitMix64.Derive(seed, pair.Id);
}

/// <summary>The steps that only pairs have.</summary>
public static class PairRecipes
{
    /// <summary>The pairs of some types of contrast.</summary>
    /// <exception cref="UserException">No type is given.</exception>
    public static Recipe<ContrastPair> OfType(this Recipe<ContrastPair> pairs, params ReadOnlySpan<ContrastType> types)
    {
        ImmutableArray<ContrastType> kept = [.. types];
        Recipe.Check(kept.Length > 0, "A filter by type names at least one type.");
        return pairs.Where(NameOf(kept), pair => kept.Contains(pair.Type));
    }

    /// <summary>Every pair followed at once by its swap, so that SFT sees both responses.</summary>
    public static Recipe<ContrastPair> DoubleForSft(this Recipe<ContrastPair> pairs) => new ChangedPairs(pairs, new PairChange.Doubled());

    /// <summary>Every pair with its sides exchanged.</summary>
    public static Recipe<ContrastPair> Swap(this Recipe<ContrastPair> pairs) => new ChangedPairs(pairs, new PairChange.Swapped());

    /// <summary>Every pair with a random crop of its W image as L image, as mDPO makes its negatives.</summary>
    /// <exception cref="UserException">The scales are not a range within 0..1.</exception>
    public static Recipe<ContrastPair> CorruptByCrop(
        this Recipe<ContrastPair> pairs,
        ulong seed,
        double minScale = 0.01,
        double maxScale = 0.2
    )
    {
        Recipe.Check(
            minScale > 0 && minScale <= maxScale && maxScale <= 1,
            $"{minScale} to {maxScale} is no range of shares of an image's area."
        );
        return new ChangedPairs(pairs, new PairChange.Cropped(minScale, maxScale, seed));
    }

    /// <summary>Every pair with its W image under diffusion noise as L image.</summary>
    /// <exception cref="UserException">The step is outside 1..1000.</exception>
    public static Recipe<ContrastPair> CorruptByNoise(this Recipe<ContrastPair> pairs, ulong seed, int step)
    {
        Recipe.Check(step is >= 1 and <= 1000, $"A diffusion step is from 1 to 1000, not {step}.");
        return new ChangedPairs(pairs, new PairChange.Noised(step, seed));
    }

    /// <summary>The filter of <see cref="OfType"/> that has a name; null when no types are called so.</summary>
    internal static Recipe<ContrastPair>? WhereTypes(Recipe<ContrastPair> pairs, string name)
    {
        var words = name.Split(' ');
        ContrastType[] types = [.. Enum.GetValues<ContrastType>().Where(type => words.Contains($"{type}"))];
        return types.Length > 0 && NameOf(types) == name ? pairs.OfType(types) : null;
    }

    static string NameOf(IEnumerable<ContrastType> types) => $"type is {string.Join(" or ", types.Distinct().Order())}";
}

public static partial class Recipe
{
    /// <summary>A file of pairs in the MVC format; its relative image paths are taken against a folder (empty: as they are).</summary>
    public static Recipe<ContrastPair> FromJson(string path, string imageRoot = "") => new JsonPairs(path, imageRoot);

    /// <summary>The recipe of a <see cref="Recipe{T}.Description"/>.</summary>
    /// <exception cref="UserException">It is none, or holds a predicate of a script; the message says at which position.</exception>
    public static Recipe<ContrastPair> Parse(string description) => new RecipeParser(description).Whole();
}
