using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Files;
using SVco.Training.Caching;

namespace SVco.Training;

/// <summary>
/// The reference's log-probabilities by content: base model, token rows and image descriptions. Every experiment and sweep over the same
/// pairs shares them.
/// </summary>
/// <param name="cache">Where they are kept.</param>
/// <param name="model">Everything else that decides a log-probability: the base model's <see cref="ModelFingerprint"/>, precision, image processing.</param>
public sealed class ReferenceCache(DiskCache cache, string model)
{
    /// <summary>The cells known of a pair; null unless all of <paramref name="cells"/> are.</summary>
    /// <exception cref="UserException">An image of the pair cannot be read.</exception>
    public ImmutableDictionary<Cell, double>? Find(PreparedPair pair, IReadOnlyCollection<Cell> cells)
    {
        var known = Keys(pair, cells).Select(cell => (cell.Cell, Value: cache.Find(cell.Key))).ToArray();
        return known.All(cell => cell.Value is not null)
            ? known.ToImmutableDictionary(cell => cell.Cell, cell => BitConverter.ToDouble(cell.Value!))
            : null;
    }

    /// <summary>
    /// Keeps the cells of a pair that are not known yet and gives what is known from now on: equal cells of different pairs have one value,
    /// though they differ in their last bits with what else is in the batch, so that a run gives the same with and without its cache filled.
    /// </summary>
    public ImmutableDictionary<Cell, double> Keep(PreparedPair pair, ImmutableDictionary<Cell, double> scored) =>
        Keys(pair, scored.Keys).ToImmutableDictionary(cell => cell.Cell, cell => Keep(cell.Key, scored[cell.Cell]));

    double Keep(string key, double scored)
    {
        if (cache.Find(key) is { } known)
        {
            return BitConverter.ToDouble(known);
        }

        cache.Put(key, BitConverter.GetBytes(scored));
        return scored;
    }

    // An image is read once for all cells that show it.
    (Cell Cell, string Key)[] Keys(PreparedPair pair, IEnumerable<Cell> cells)
    {
        try
        {
            var images = cells.Select(pair.Image).OfType<ImageSource>().Distinct().ToDictionary(image => image, ImageContent.Of);
            return [.. cells.Select(cell => (cell, Key(pair, cell, pair.Image(cell) is { } image ? images[image] : "")))];
        }
        catch (UserException error)
        {
            throw new UserException($"{pair.Pair.Id}: {error.Message}", error);
        }
    }

    // The key is made of what decides the value: model, row, summed tokens, image. Equal sequences of two pairs share one entry.
    string Key(PreparedPair pair, Cell cell, string image)
    {
        var row = pair.Row(cell);
        var key = new StringBuilder(model).Append('\n').AppendJoin(',', row.Ids).Append('\n').AppendJoin("", pair.Summed(cell).Select(Bit));
        key.Append('\n').AppendJoin("", row.Attended.Select(Bit)).Append('\n').Append(image);
        return ContentHash.Of(key.ToString());
    }

    static char Bit(bool value) => value ? '1' : '0';
}
