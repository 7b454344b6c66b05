using System.Collections.Immutable;

namespace SVco.Core.Data;

/// <summary>
/// Which pairs are trained on and in which form, as a value: a source and steps over it. Nothing is read before the pairs are asked
/// for (<see cref="Pairs"/>); equal recipes over equal sources give equal pairs in equal order. The steps are described where they are
/// made, in <see cref="Description"/> and in the fluent members of this record.
/// </summary>
public abstract partial record Recipe
{
    Recipe() { }

    /// <summary>A file of pairs in the MVC format (<see cref="MvcJson"/>).</summary>
    /// <param name="Path">The file.</param>
    /// <param name="ImageRoot">The folder of its relative image paths.</param>
    public sealed record Source(string Path, string ImageRoot) : Recipe;

    /// <summary>The pairs that a predicate holds for.</summary>
    /// <param name="Of">The pairs before.</param>
    /// <param name="Name">What the predicate says; it stands for the predicate in the fingerprint.</param>
    /// <param name="Predicate">Pure.</param>
    public sealed record Filtered(Recipe Of, string Name, Func<ContrastPair, bool> Predicate) : Recipe;

    /// <summary>All pairs in a random order.</summary>
    public sealed record Shuffled(Recipe Of, ulong Seed) : Recipe;

    /// <summary>Some pairs, none twice, in a random order.</summary>
    public sealed record Sampled(Recipe Of, int Count, ulong Seed) : Recipe;

    /// <summary>One part of a random split in two, in the order before.</summary>
    /// <param name="Of">The pairs before.</param>
    /// <param name="Size">The size of the first part.</param>
    /// <param name="Seed">The seed of the split.</param>
    /// <param name="First">Whether this is the first part or the rest.</param>
    public sealed record SplitPart(Recipe Of, SplitSize Size, ulong Seed, bool First) : Recipe;

    /// <summary>At most the first pairs.</summary>
    public sealed record Taken(Recipe Of, int Count) : Recipe;

    /// <summary>All but the first pairs.</summary>
    public sealed record Skipped(Recipe Of, int Count) : Recipe;

    /// <summary>Several recipes one after another.</summary>
    public sealed record Concatenated(ImmutableArray<Recipe> Parts) : Recipe;

    /// <summary>Several recipes in the ratio of their weights: as many pairs as they can give, none twice, in a random order.</summary>
    public sealed record Mixed(ImmutableArray<(double Weight, Recipe Recipe)> Parts, ulong Seed) : Recipe;

    /// <summary>Every pair followed by its swap.</summary>
    public sealed record Doubled(Recipe Of) : Recipe;

    /// <summary>Every pair with its sides exchanged.</summary>
    public sealed record Swapped(Recipe Of) : Recipe;

    /// <summary>Every pair with a damaged W image in the place of its L image.</summary>
    public sealed record Corrupted(Recipe Of, Corruption Corruption, ulong Seed) : Recipe;

    /// <summary>A file of pairs in the MVC format; its relative image paths are taken against a folder (empty: as they are).</summary>
    public static Recipe FromJson(string path, string imageRoot = "") => new Source(path, imageRoot);

    /// <summary>Several recipes one after another.</summary>
    public static Recipe Concat(params ReadOnlySpan<Recipe> parts) => new Concatenated([.. parts]);

    /// <summary>
    /// Several recipes in the ratio of their weights. Each gives floor(weight * s) of its pairs, sampled, with the largest s for which none
    /// runs short; all are then shuffled.
    /// </summary>
    /// <exception cref="UserException">A weight is not above 0.</exception>
    public static Recipe Mix(ulong seed, params ReadOnlySpan<(double Weight, Recipe Recipe)> parts)
    {
        foreach (var (weight, recipe) in parts)
        {
            Check(weight > 0 && double.IsFinite(weight), $"The weight {weight} of {recipe} in a mix is not above 0.");
        }

        return new Mixed([.. parts], seed);
    }

    /// <summary>The pairs that a predicate holds for; the name says what it asks, and stands for it in the fingerprint.</summary>
    /// <exception cref="UserException">The name is empty.</exception>
    public Recipe Where(string name, Func<ContrastPair, bool> predicate)
    {
        Check(!string.IsNullOrWhiteSpace(name), "A filter of a recipe needs a name, which stands for it in the fingerprint.");
        return new Filtered(this, name, predicate);
    }

    /// <summary>The pairs of some types of contrast.</summary>
    /// <exception cref="UserException">No type is given.</exception>
    public Recipe OfType(params ReadOnlySpan<ContrastType> types)
    {
        ImmutableArray<ContrastType> kept = [.. types];
        Check(kept.Length > 0, "A filter by type names at least one type.");
        return Where($"type is {string.Join(" or ", kept.Distinct().Order())}", pair => kept.Contains(pair.Type));
    }

    /// <summary>All pairs in a random order.</summary>
    public Recipe Shuffle(ulong seed) => new Shuffled(this, seed);

    /// <summary>As many random pairs, none twice; running it throws a <see cref="UserException"/> when there are fewer.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public Recipe Sample(int count, ulong seed) => new Sampled(this, NotNegative(count), seed);

    /// <summary>A random split: the first part has this share of the pairs (rounded), the second the rest; both keep the order.</summary>
    /// <exception cref="UserException">The fraction is outside 0..1.</exception>
    public (Recipe First, Recipe Second) Split(double fraction, ulong seed)
    {
        Check(fraction is >= 0 and <= 1, $"A split's fraction is from 0 to 1, not {fraction}.");
        return Split(new SplitSize.Fraction(fraction), seed);
    }

    /// <summary>A random split: the first part has so many pairs, the second the rest; both keep the order.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public (Recipe First, Recipe Second) Split(int count, ulong seed) => Split(new SplitSize.Count(NotNegative(count)), seed);

    /// <summary>At most the first pairs.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public Recipe Take(int count) => new Taken(this, NotNegative(count));

    /// <summary>All but the first pairs.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public Recipe Skip(int count) => new Skipped(this, NotNegative(count));

    /// <summary>Every pair followed at once by its swap, so that SFT sees both responses.</summary>
    public Recipe DoubleForSft() => new Doubled(this);

    /// <summary>Every pair with its sides exchanged.</summary>
    public Recipe Swap() => new Swapped(this);

    /// <summary>Every pair with a random crop of its W image as L image, as mDPO makes its negatives.</summary>
    /// <exception cref="UserException">The scales are not a range within 0..1.</exception>
    public Recipe CorruptByCrop(ulong seed, double minScale = 0.01, double maxScale = 0.2)
    {
        Check(minScale > 0 && minScale <= maxScale && maxScale <= 1, $"{minScale} to {maxScale} is no range of shares of an image's area.");
        return new Corrupted(this, new Corruption.Crop(minScale, maxScale), seed);
    }

    /// <summary>Every pair with its W image under diffusion noise as L image.</summary>
    /// <exception cref="UserException">The step is outside 1..1000.</exception>
    public Recipe CorruptByNoise(ulong seed, int step)
    {
        Check(step is >= 1 and <= 1000, $"A diffusion step is from 1 to 1000, not {step}.");
        return new Corrupted(this, new Corruption.Noise(step), seed);
    }

    (Recipe, Recipe) Split(SplitSize size, ulong seed) =>
        (new SplitPart(this, size, seed, First: true), new SplitPart(this, size, seed, First: false));

    static int NotNegative(int count)
    {
        Check(count >= 0, $"A number of pairs is not negative, but {count} is.");
        return count;
    }

    static void Check(bool holds, string mistake)
    {
        if (!holds)
        {
            throw new UserException(mistake);
        }
    }
}

/// <summary>The size of the first part of a split.</summary>
public abstract record SplitSize
{
    SplitSize() { }

    /// <summary>A share of the pairs, 0 to 1.</summary>
    public sealed record Fraction(double Share) : SplitSize;

    /// <summary>A number of pairs.</summary>
    public sealed record Count(int Pairs) : SplitSize;
}

/// <summary>How an image is damaged.</summary>
public abstract record Corruption
{
    Corruption() { }

    /// <summary>A random crop of so much of the area (<see cref="ImageSource.RandomCrop"/>).</summary>
    public sealed record Crop(double MinScale, double MaxScale) : Corruption;

    /// <summary>Diffusion noise at a step of 1000 (<see cref="ImageSource.DiffusionNoise"/>).</summary>
    public sealed record Noise(int Step) : Corruption;
}
