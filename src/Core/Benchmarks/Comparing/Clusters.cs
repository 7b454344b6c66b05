namespace SVco.Core.Benchmarks;

/// <summary>Which items belong together: their answers say less than as many answers to items that have nothing in common.</summary>
static class Clusters
{
    /// <summary>A number for each unit; equal for units that are joined by a chain of common groups and common images.</summary>
    /// <param name="units">Units of one item or several.</param>
    public static int[] Of(IReadOnlyList<IReadOnlyList<Item>> units)
    {
        int[] joined = [.. Enumerable.Range(0, units.Count)];
        var first = new Dictionary<object, int>();
        foreach (var (unit, items) in units.Index())
        {
            foreach (var common in items.SelectMany(InCommon))
            {
                if (!first.TryAdd(common, unit))
                {
                    joined[Root(unit)] = Root(first[common]);
                }
            }
        }

        return [.. joined.Select(Root)];

        int Root(int unit)
        {
            while (joined[unit] != unit)
            {
                unit = joined[unit] = joined[joined[unit]];
            }

            return unit;
        }
    }

    static IEnumerable<object> InCommon(Item item) =>
        item.Image is { } image ? [(item.Category, item.Group), image] : [(item.Category, item.Group)];
}
