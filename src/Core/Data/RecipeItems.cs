using System.Collections.Immutable;
using System.Diagnostics;

namespace SVco.Core.Data;

public abstract partial record Recipe<T>
{
    /// <summary>
    /// Runs the recipe, lazily: a source is read when the first item that needs it is asked for. What puts the items in a random order,
    /// splits or mixes them holds all of them in memory; every other step streams.
    /// </summary>
    /// <param name="read">Gives the items of a source; called whenever a step passes over the source, with the same items each time.</param>
    /// <exception cref="UserException">A sample or split asks for more items than there are (thrown while running).</exception>
    public IEnumerable<T> Items(Func<Source, IEnumerable<T>> read) =>
        this switch
        {
            Source source => Lazily(() => read(source)),
            Filtered(var of, _, var predicate) => of.Items(read).Where(predicate),
            Shuffled(var of, var seed) => Lazily(() => Permuted(of.Items(read), seed)),
            Sampled(var of, var count, var seed) => Lazily(() => Permuted(Enough(of.Items(read), count), seed).Take(count)),
            SampledInOrder(var of, var count, var seed) => Lazily(() => InOrder(of.Items(read), count, seed)),
            SampledAsMany(var of, var other, var seed) => Lazily(() => InOrder(of.Items(read), other.Items(read).Count(), seed)),
            SplitPart part => Lazily(() => PartOf(part, [.. part.Of.Items(read)])),
            Taken(var of, var count) => of.Items(read).Take(count),
            Skipped(var of, var count) => of.Items(read).Skip(count),
            Concatenated(var parts) => parts.SelectMany(part => part.Items(read)),
            Mixed(var parts, var seed) => Lazily(() =>
                MixOf([.. parts.Select(part => (part.Weight, part.Recipe.Items(read).ToImmutableArray()))], seed)
            ),
            OwnStep step => step.Apply(step.Of.Items(read), recipe => recipe.Items(read)),
            _ => throw new UnreachableException(),
        };

    static IEnumerable<T> Lazily(Func<IEnumerable<T>> items)
    {
        foreach (var item in items())
        {
            yield return item;
        }
    }

    ImmutableArray<T> Enough(IEnumerable<T> items, int count)
    {
        ImmutableArray<T> all = [.. items];
        CheckThereAre(all.Length, count);
        return all;
    }

    void CheckThereAre(int items, int count) =>
        Recipe.Check(items >= count, $"{Description} asks for {count} pairs, but there are only {items}.");

    IEnumerable<T> InOrder(IEnumerable<T> items, int count, ulong seed)
    {
        var all = items.Count();
        CheckThereAre(all, count);
        var chosen = new SplitMix64(seed).Choose(count, all);
        return items.Where((_, place) => chosen.Contains(place));
    }

    IEnumerable<T> PartOf(SplitPart part, ImmutableArray<T> items)
    {
        var size = part.Size switch
        {
            SplitSize.Fraction(var share) => (int)Math.Round(share * items.Length),
            SplitSize.Count(var count) => Math.Min(count, Enough(items, count).Length),
            _ => throw new UnreachableException(),
        };
        var first = Permuted(Enumerable.Range(0, items.Length), part.Seed).Take(size).ToHashSet();
        return items.Where((_, index) => first.Contains(index) == part.First);
    }

    static IEnumerable<T> MixOf(ImmutableArray<(double Weight, ImmutableArray<T> Items)> parts, ulong seed)
    {
        var scale = parts.Select(part => part.Items.Length / part.Weight).DefaultIfEmpty().Min();

        // The part that runs out first gives all it has, whatever the rounding of weight * (length / weight).
        int CountOf((double Weight, ImmutableArray<T> Items) part) =>
            part.Items.Length / part.Weight == scale ? part.Items.Length : (int)Math.Floor(part.Weight * scale);

        return Permuted(
            parts.SelectMany((part, index) => Permuted(part.Items, SplitMix64.Derive(seed, $"part {index}")).Take(CountOf(part))),
            seed
        );
    }

    /// <summary>Every order equally likely (Fisher and Yates; Knuth, TAOCP 2, algorithm P).</summary>
    static TItem[] Permuted<TItem>(IEnumerable<TItem> items, ulong seed)
    {
        TItem[] permuted = [.. items];
        var random = new SplitMix64(seed);
        for (var last = permuted.Length - 1; last > 0; last--)
        {
            var chosen = random.Below(last + 1);
            (permuted[last], permuted[chosen]) = (permuted[chosen], permuted[last]);
        }

        return permuted;
    }
}
