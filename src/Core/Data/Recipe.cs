using System.Collections.Immutable;
using System.Diagnostics;

namespace SVco.Core.Data;

/// <summary>
/// Which items (pairs, candidates) are used, in which order and form, as a value: a source and steps over it. Nothing is read before the
/// items are asked for (<see cref="Items"/>); equal recipes over equal sources give equal items in equal order. Recipes are equal when
/// their descriptions are: the name of a predicate stands for it.
/// </summary>
public abstract partial record Recipe<T>
{
    Recipe() { }

    /// <summary>Where items come from; each kind of item has its own.</summary>
    public abstract record Source : Recipe<T>
    {
        /// <summary>The source as a script calls it.</summary>
        public abstract string Call { get; }
    }

    /// <summary>A recipe with one more step.</summary>
    /// <param name="Of">The items before.</param>
    public abstract record Step(Recipe<T> Of) : Recipe<T>;

    /// <summary>A step that only one kind of item has.</summary>
    public abstract record OwnStep(Recipe<T> Of) : Step(Of)
    {
        /// <summary>The step as a script calls it.</summary>
        public abstract string Call { get; }

        /// <summary>Does the step.</summary>
        /// <param name="before">The items before; may be passed over several times.</param>
        /// <param name="run">Gives the items of another recipe over the same sources.</param>
        public abstract IEnumerable<T> Apply(IEnumerable<T> before, Func<Recipe<T>, IEnumerable<T>> run);
    }

    /// <summary>The items that a predicate holds for.</summary>
    /// <param name="Of">The items before.</param>
    /// <param name="Name">What the predicate says; it stands for the predicate in the fingerprint.</param>
    /// <param name="Predicate">Pure.</param>
    public sealed record Filtered(Recipe<T> Of, string Name, Func<T, bool> Predicate) : Step(Of)
    {
        /// <inheritdoc/>
        public bool Equals(Filtered? other) => other is not null && (Of, Name).Equals((other.Of, other.Name));

        /// <inheritdoc/>
        public override int GetHashCode() => (Of, Name).GetHashCode();
    }

    /// <summary>All items in a random order.</summary>
    public sealed record Shuffled(Recipe<T> Of, ulong Seed) : Step(Of);

    /// <summary>Some items, none twice, in a random order.</summary>
    public sealed record Sampled(Recipe<T> Of, int Count, ulong Seed) : Step(Of);

    /// <summary>Some items, none twice, in the order before.</summary>
    public sealed record SampledInOrder(Recipe<T> Of, int Count, ulong Seed) : Step(Of);

    /// <summary>As many items as another recipe gives, none twice, in the order before.</summary>
    public sealed record SampledAsMany(Recipe<T> Of, Recipe<T> As, ulong Seed) : Step(Of);

    /// <summary>One part of a random split in two, in the order before.</summary>
    /// <param name="Of">The items before.</param>
    /// <param name="Size">The size of the first part.</param>
    /// <param name="Seed">The seed of the split.</param>
    /// <param name="First">Whether this is the first part or the rest.</param>
    public sealed record SplitPart(Recipe<T> Of, SplitSize Size, ulong Seed, bool First) : Step(Of);

    /// <summary>At most the first items.</summary>
    public sealed record Taken(Recipe<T> Of, int Count) : Step(Of);

    /// <summary>All but the first items.</summary>
    public sealed record Skipped(Recipe<T> Of, int Count) : Step(Of);

    /// <summary>Several recipes one after another.</summary>
    public sealed record Concatenated(ImmutableArray<Recipe<T>> Parts) : Recipe<T>
    {
        /// <inheritdoc/>
        public bool Equals(Concatenated? other) => other is not null && Parts.SequenceEqual(other.Parts);

        /// <inheritdoc/>
        public override int GetHashCode() => Description.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>Several recipes in the ratio of their weights: as many items as they can give, none twice, in a random order.</summary>
    public sealed record Mixed(ImmutableArray<(double Weight, Recipe<T> Recipe)> Parts, ulong Seed) : Recipe<T>
    {
        /// <inheritdoc/>
        public bool Equals(Mixed? other) => other is not null && Seed == other.Seed && Parts.SequenceEqual(other.Parts);

        /// <inheritdoc/>
        public override int GetHashCode() => Description.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>The sources that it reads, in order, each as often as it stands there.</summary>
    public IEnumerable<Source> Sources() =>
        this switch
        {
            Source source => [source],
            SampledAsMany(var of, var other, _) => of.Sources().Concat(other.Sources()),
            Step step => step.Of.Sources(),
            Concatenated(var parts) => parts.SelectMany(part => part.Sources()),
            Mixed(var parts, _) => parts.SelectMany(part => part.Recipe.Sources()),
            _ => throw new UnreachableException(),
        };

    /// <summary>The items that a predicate holds for; the name says what it asks, and stands for it in the fingerprint.</summary>
    /// <exception cref="UserException">The name is empty.</exception>
    public Recipe<T> Where(string name, Func<T, bool> predicate)
    {
        Recipe.Check(!string.IsNullOrWhiteSpace(name), "A filter of a recipe needs a name, which stands for it in the fingerprint.");
        return new Filtered(this, name, predicate);
    }

    /// <summary>All items in a random order.</summary>
    public Recipe<T> Shuffle(ulong seed) => new Shuffled(this, seed);

    /// <summary>As many random items, none twice, in a random order; running it throws a <see cref="UserException"/> when there are fewer.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public Recipe<T> Sample(int count, ulong seed) => new Sampled(this, NotNegative(count), seed);

    /// <summary>
    /// As many random items, none twice, in the order before; running it throws a <see cref="UserException"/> when there are fewer. It
    /// passes over the items twice and remembers only the places drawn.
    /// </summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public Recipe<T> SampleInOrder(int count, ulong seed) => new SampledInOrder(this, NotNegative(count), seed);

    /// <summary>Like <see cref="SampleInOrder"/>, as many as another recipe gives.</summary>
    public Recipe<T> SampleAsMany(Recipe<T> recipe, ulong seed) => new SampledAsMany(this, recipe, seed);

    /// <summary>A random split: the first part has this share of the items (rounded), the second the rest; both keep the order.</summary>
    /// <exception cref="UserException">The fraction is outside 0..1.</exception>
    public (Recipe<T> First, Recipe<T> Second) Split(double fraction, ulong seed)
    {
        Recipe.Check(fraction is >= 0 and <= 1, $"A split's fraction is from 0 to 1, not {fraction}.");
        return Split(new SplitSize.Fraction(fraction), seed);
    }

    /// <summary>A random split: the first part has so many items, the second the rest; both keep the order.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public (Recipe<T> First, Recipe<T> Second) Split(int count, ulong seed) => Split(new SplitSize.Count(NotNegative(count)), seed);

    /// <summary>At most the first items.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public Recipe<T> Take(int count) => new Taken(this, NotNegative(count));

    /// <summary>All but the first items.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public Recipe<T> Skip(int count) => new Skipped(this, NotNegative(count));

    (Recipe<T>, Recipe<T>) Split(SplitSize size, ulong seed) =>
        (new SplitPart(this, size, seed, First: true), new SplitPart(this, size, seed, First: false));

    static int NotNegative(int count)
    {
        Recipe.Check(count >= 0, $"A number of pairs is not negative, but {count} is.");
        return count;
    }
}

/// <summary>Recipes made of others.</summary>
public static partial class Recipe
{
    /// <summary>Several recipes one after another.</summary>
    public static Recipe<T> Concat<T>(params ReadOnlySpan<Recipe<T>> parts) => new Recipe<T>.Concatenated([.. parts]);

    /// <summary>
    /// Several recipes in the ratio of their weights. Each gives floor(weight * s) of its items, sampled, with the largest s for which none
    /// runs short; all are then shuffled.
    /// </summary>
    /// <exception cref="UserException">A weight is not above 0.</exception>
    public static Recipe<T> Mix<T>(ulong seed, params ReadOnlySpan<(double Weight, Recipe<T> Recipe)> parts)
    {
        foreach (var (weight, recipe) in parts)
        {
            Check(weight > 0 && double.IsFinite(weight), $"The weight {weight} of {recipe} in a mix is not above 0.");
        }

        return new Recipe<T>.Mixed([.. parts], seed);
    }

    internal static void Check(bool holds, string mistake)
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

    /// <summary>A share of the items, 0 to 1.</summary>
    public sealed record Fraction(double Share) : SplitSize;

    /// <summary>A number of items.</summary>
    public sealed record Count(int Items) : SplitSize;
}
