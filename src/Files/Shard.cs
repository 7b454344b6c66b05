using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Files;

/// <summary>A part of the work, for one of several processes: a slice of the items in their order.</summary>
/// <param name="Index">From 1.</param>
/// <param name="Count">Of how many.</param>
public readonly record struct Shard(int Index, int Count)
{
    /// <summary>Everything.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>Parses i/n.</summary>
    /// <exception cref="UserException">It is not i/n with 1 &lt;= i &lt;= n.</exception>
    public static Shard Parse(string text) =>
        text.Split('/') is [var index, var count] && int.TryParse(index, out var i) && int.TryParse(count, out var n) && i >= 1 && i <= n
            ? new(i, n)
            : throw new UserException($"--shard {text} is not i/n with i from 1 to n, e.g. 3/8.");

    /// <summary>Its first place and the place after its last of so many.</summary>
    public (int First, int End) Of(int total) => ((int)((long)total * (Index - 1) / Count), (int)((long)total * Index / Count));

    /// <summary>Its items.</summary>
    public ImmutableArray<T> Of<T>(ImmutableArray<T> all) => Of(all.Length) is var (first, end) ? all[first..end] : [];

    /// <inheritdoc/>
    public override string ToString() => $"{Index}/{Count}";
}
