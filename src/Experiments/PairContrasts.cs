using SVco.Core;
using SVco.Core.Data;

namespace SVco.Experiments;

/// <summary>Pairs that contrast nothing, and pairs that are there more than once.</summary>
static class PairContrasts
{
    readonly record struct Shown(string Image, string Response);

    /// <summary>A line of counts for the person at the keyboard; null when there is nothing to count.</summary>
    /// <param name="data">The pairs.</param>
    /// <param name="contentOf">What an image shows, whatever its file is called.</param>
    public static string? Line(RunData data, Func<ImageSource, string> contentOf)
    {
        var train = data
            .Train.Select(pair => (pair.Pair.Query, W: Side(pair.Pair.W, contentOf), L: Side(pair.Pair.L, contentOf)))
            .ToArray();
        (int Count, string What)[] counts =
        [
            (train.Count(pair => pair.W == pair.L), "have the same image and the same answer on both sides"),
            (train.Count(pair => pair.W.Response == pair.L.Response && pair.W.Image != pair.L.Image), "have the same answer on both sides"),
            (train.Count(pair => pair.W.Image == pair.L.Image && pair.W.Response != pair.L.Response), "have the same image on both sides"),
            (train.Length - train.Distinct().Count(), "are there a second time"),
        ];
        return counts.Any(count => count.Count > 0)
            ? $"of {train.Length} training pairs {string.Join(", ", counts.Where(count => count.Count > 0).Select(count => $"{count.Count} {count.What}"))}"
            : null;
    }

    /// <summary>Makes sure that no validation pair is a training pair, in whichever order its sides stand.</summary>
    /// <param name="data">The pairs.</param>
    /// <param name="contentOf">What an image shows, whatever its file is called.</param>
    /// <exception cref="UserException">Some are; the message counts them and names the first.</exception>
    public static void RequireNoOverlap(RunData data, Func<ImageSource, string> contentOf)
    {
        var trained = data
            .Train.SelectMany(pair => new[] { pair.Pair, pair.Pair.Swap() })
            .DistinctBy(pair => Key(pair, contentOf))
            .ToDictionary(pair => Key(pair, contentOf), pair => pair.Id);
        var both = data.Validation.Where(pair => trained.ContainsKey(Key(pair.Pair, contentOf))).ToArray();
        if (both.Length > 0)
        {
            throw new UserException(
                $"{both.Length} of {RunData.Count(data.Validation.Length, "validation pair")} are training pairs too; the first is {both[0].Pair.Id}, which is {trained[Key(both[0].Pair, contentOf)]}. "
                    + "The validation would say nothing of new pairs. Take them out of one of the two, or say --allow-overlap."
            );
        }
    }

    static (string, Shown, Shown) Key(ContrastPair pair, Func<ImageSource, string> contentOf) =>
        (pair.Query, Side(pair.W, contentOf), Side(pair.L, contentOf));

    static Shown Side(PairSide side, Func<ImageSource, string> contentOf) => new(contentOf(side.Image), side.Response.Trim());
}
