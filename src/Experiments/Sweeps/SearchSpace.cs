using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core.Data;

namespace SVco.Experiments;

/// <summary>The points that a sweep tries.</summary>
public abstract record SearchSpace
{
    SearchSpace() { }

    /// <summary>An axis of a grid.</summary>
    /// <param name="Path">The field's dotted name.</param>
    /// <param name="Values">At least one.</param>
    public sealed record Axis(string Path, ImmutableArray<string> Values);

    /// <summary>An axis of a random search.</summary>
    /// <param name="Path">The field's dotted name.</param>
    /// <param name="From">What its values are drawn from.</param>
    /// <param name="IsWhole">Whether the field takes whole numbers.</param>
    public sealed record RandomAxis(string Path, Distribution From, bool IsWhole);

    /// <summary>Every combination of the axes' values; the last axis changes fastest.</summary>
    public sealed record Grid(ImmutableArray<Axis> Axes) : SearchSpace;

    /// <summary>Points that are written out.</summary>
    public sealed record List(ImmutableArray<SweepPoint> Listed) : SearchSpace;

    /// <summary>Random search (Bergstra and Bengio 2012): drawn points. More samples of one seed begin with the same points.</summary>
    public sealed record Random(ImmutableArray<RandomAxis> Axes, int Samples, ulong Seed) : SearchSpace;

    /// <summary>The points, none of which gives the same experiment as another.</summary>
    public ImmutableArray<SweepPoint> Points() =>
        [
            .. (
                this switch
                {
                    Grid grid => grid
                        .Axes.Aggregate(
                            (IEnumerable<ImmutableArray<Setting>>)
                                [
                                    [],
                                ],
                            (points, axis) => points.SelectMany(point => axis.Values.Select(value => point.Add(new(axis.Path, value))))
                        )
                        .Select(settings => new SweepPoint(settings)),
                    List list => list.Listed,
                    Random random => Drawn(random),
                    _ => throw new UnreachableException(),
                }
            ).DistinctBy(point => point.Key),
        ];

    /// <summary>The fields that differ among the points.</summary>
    public ImmutableArray<string> Paths =>
        this switch
        {
            Grid grid => [.. grid.Axes.Select(axis => axis.Path)],
            List list => [.. list.Listed.SelectMany(point => point.Settings).Select(setting => setting.Path).Distinct()],
            Random random => [.. random.Axes.Select(axis => axis.Path)],
            _ => throw new UnreachableException(),
        };

    static IEnumerable<SweepPoint> Drawn(Random random)
    {
        var numbers = new SplitMix64(random.Seed);
        for (var sample = 0; sample < random.Samples; sample++)
        {
            yield return new([.. random.Axes.Select(axis => new Setting(axis.Path, axis.From.Draw(numbers, axis.IsWhole)))]);
        }
    }
}
