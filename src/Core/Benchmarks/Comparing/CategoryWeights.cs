using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>
/// What the mean of each category weighs in a whole where categories count equally on each level: with 2D/ADE20K, 2D/COCO and 3D/Omni3D a
/// quarter, a quarter and a half.
/// </summary>
public static class CategoryWeights
{
    const char Slash = '/';

    /// <summary>The weight of each category, which add up to 1.</summary>
    /// <param name="categories">The categories that have items; one that lies in another counts beside that one's own items.</param>
    public static ImmutableDictionary<string, double> Of(IEnumerable<string> categories) =>
        Below([.. categories.Distinct().Select(category => (category, Path(category)))], 0, 1).ToImmutableDictionary();

    static IEnumerable<KeyValuePair<string, double>> Below((string Category, string[] Path)[] inside, int depth, double weight)
    {
        var parts = inside.GroupBy(one => one.Path.ElementAtOrDefault(depth)).ToArray();
        return parts.SelectMany(part =>
            part.Key is null
                ? part.Select(one => KeyValuePair.Create(one.Category, weight / parts.Length))
                : Below([.. part], depth + 1, weight / parts.Length)
        );
    }

    static string[] Path(string category) => category.Length == 0 ? [] : category.Split(Slash);
}
