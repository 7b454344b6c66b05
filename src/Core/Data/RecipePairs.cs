using System.Collections.Immutable;
using System.Diagnostics;

namespace SVco.Core.Data;

public abstract partial record Recipe
{
    /// <summary>Runs the recipe, lazily: a source is read when the first pair that needs it is asked for.</summary>
    /// <param name="read">Gives the pairs of a source; called once for every place where the source stands in the recipe.</param>
    /// <exception cref="UserException">A sample or split asks for more pairs than there are (thrown while running).</exception>
    public IEnumerable<ContrastPair> Pairs(Func<Source, IEnumerable<ContrastPair>> read) =>
        this switch
        {
            Source source => Lazily(() => read(source)),
            Filtered(var of, _, var predicate) => of.Pairs(read).Where(predicate),
            Shuffled(var of, var seed) => Lazily(() => Permuted(of.Pairs(read), seed)),
            Sampled(var of, var count, var seed) => Lazily(() => Permuted(Enough(of.Pairs(read), count), seed).Take(count)),
            SplitPart part => Lazily(() => PartOf(part, [.. part.Of.Pairs(read)])),
            Taken(var of, var count) => of.Pairs(read).Take(count),
            Skipped(var of, var count) => of.Pairs(read).Skip(count),
            Concatenated(var parts) => parts.SelectMany(part => part.Pairs(read)),
            Mixed(var parts, var seed) => Lazily(() =>
                MixOf([.. parts.Select(part => (part.Weight, part.Recipe.Pairs(read).ToImmutableArray()))], seed)
            ),
            Doubled(var of) => of.Pairs(read).SelectMany(pair => (ContrastPair[])[pair, pair.Swap()]),
            Swapped(var of) => of.Pairs(read).Select(pair => pair.Swap()),
            Corrupted(var of, var corruption, var seed) => of.Pairs(read).Select(pair => Damaged(pair, corruption, seed)),
            _ => throw new UnreachableException(),
        };

    static IEnumerable<ContrastPair> Lazily(Func<IEnumerable<ContrastPair>> pairs)
    {
        foreach (var pair in pairs())
        {
            yield return pair;
        }
    }

    ImmutableArray<ContrastPair> Enough(IEnumerable<ContrastPair> pairs, int count)
    {
        ImmutableArray<ContrastPair> all = [.. pairs];
        Check(all.Length >= count, $"{Description} asks for {count} pairs, but there are only {all.Length}.");
        return all;
    }

    IEnumerable<ContrastPair> PartOf(SplitPart part, ImmutableArray<ContrastPair> pairs)
    {
        var size = part.Size switch
        {
            SplitSize.Fraction(var share) => (int)Math.Round(share * pairs.Length),
            SplitSize.Count(var count) => Math.Min(count, Enough(pairs, count).Length),
            _ => throw new UnreachableException(),
        };
        var first = Permuted(Enumerable.Range(0, pairs.Length), part.Seed).Take(size).ToHashSet();
        return pairs.Where((_, index) => first.Contains(index) == part.First);
    }

    static IEnumerable<ContrastPair> MixOf(ImmutableArray<(double Weight, ImmutableArray<ContrastPair> Pairs)> parts, ulong seed)
    {
        var scale = parts.Select(part => part.Pairs.Length / part.Weight).DefaultIfEmpty().Min();

        // The part that runs out first gives all it has, whatever the rounding of weight * (length / weight).
        int CountOf((double Weight, ImmutableArray<ContrastPair> Pairs) part) =>
            part.Pairs.Length / part.Weight == scale ? part.Pairs.Length : (int)Math.Floor(part.Weight * scale);

        return Permuted(
            parts.SelectMany((part, index) => Permuted(part.Pairs, SplitMix64.Derive(seed, $"part {index}")).Take(CountOf(part))),
            seed
        );
    }

    /// <summary>The pair's own id seeds its damage, so that it does not depend on the steps before.</summary>
    static ContrastPair Damaged(ContrastPair pair, Corruption corruption, ulong seed)
    {
        var own = SplitMix64.Derive(seed, pair.Id);
        ImageSource image = corruption switch
        {
            Corruption.Crop(var minScale, var maxScale) => new ImageSource.RandomCrop(pair.W.Image, minScale, maxScale, own),
            Corruption.Noise(var step) => new ImageSource.DiffusionNoise(pair.W.Image, step, own),
            _ => throw new UnreachableException(),
        };
        return pair with { L = pair.L with { Image = image } };
    }

    /// <summary>Every order equally likely (Fisher and Yates; Knuth, TAOCP 2, algorithm P).</summary>
    static T[] Permuted<T>(IEnumerable<T> items, ulong seed)
    {
        T[] permuted = [.. items];
        var random = new SplitMix64(seed);
        for (var last = permuted.Length - 1; last > 0; last--)
        {
            var chosen = random.Below(last + 1);
            (permuted[last], permuted[chosen]) = (permuted[chosen], permuted[last]);
        }

        return permuted;
    }
}
