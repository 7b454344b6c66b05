using System.Collections.Immutable;
using SVco.Core.Data;

namespace SVco.Miniature.Benchmarks;

/// <summary>A question whose answer is the choice that the model holds most probable (sum of log-probabilities of its tokens).</summary>
/// <param name="Part">The part of the benchmark that it belongs to.</param>
/// <param name="Group">Items of one part and group count only together: all right, or none.</param>
/// <param name="Image">The image; a no-image run leaves it out.</param>
/// <param name="Query">The user's text.</param>
/// <param name="Choices">The possible responses.</param>
/// <param name="Correct">The index of the right one.</param>
public sealed record ChoiceItem(string Part, int Group, ImageSource Image, string Query, ImmutableArray<string> Choices, int Correct);

/// <summary>Percent right, over all parts with equal weight, and for each part.</summary>
public sealed record ChoiceScore(double Percent, ImmutableSortedDictionary<string, double> Parts);

/// <summary>Questions with choices.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Items">The questions.</param>
public sealed record ChoiceBenchmark(string Name, ImmutableArray<ChoiceItem> Items)
{
    /// <summary>The score of a model's picks.</summary>
    /// <param name="picks">For each item the index of the choice picked, -1 where none was (equally probable ones, say).</param>
    /// <exception cref="ArgumentException">There are not as many picks as items.</exception>
    public ChoiceScore Score(IReadOnlyList<int> picks)
    {
        if (picks.Count != Items.Length)
        {
            throw new ArgumentException($"{picks.Count} picks for the {Items.Length} items of {Name}.", nameof(picks));
        }

        var parts = Items
            .Select((item, index) => (item.Part, item.Group, Right: picks[index] == item.Correct))
            .GroupBy(item => (item.Part, item.Group))
            .GroupBy(group => group.Key.Part, group => group.All(item => item.Right))
            .ToImmutableSortedDictionary(part => part.Key, part => 100 * part.Average(right => right ? 1.0 : 0.0), StringComparer.Ordinal);
        return new(parts.Values.Average(), parts);
    }
}
