using System.Collections.Immutable;
using SVco.Core;
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
    // The file as it is now, also where it was changed since the run began: others take these numbers for those of the content.
    readonly ReferenceKeys keys = new(model, ImageContent.Of);

    /// <summary>The cells known of a pair; null unless all of <paramref name="cells"/> are.</summary>
    /// <exception cref="UserException">An image of the pair cannot be read.</exception>
    public ImmutableDictionary<Cell, double>? Find(PreparedPair pair, IReadOnlyCollection<Cell> cells)
    {
        var known = keys.OfCells(pair, cells).Select(cell => (Cell: cell.Key, Value: cache.Find(cell.Value))).ToArray();
        return known.All(cell => cell.Value is not null)
            ? known.ToImmutableDictionary(cell => cell.Cell, cell => BitConverter.ToDouble(cell.Value!))
            : null;
    }

    /// <summary>
    /// Keeps the cells of a pair that are not known yet and gives what is known from now on: equal cells of different pairs have one value,
    /// though they differ in their last bits with what else is in the batch, so that a run gives the same with and without its cache filled.
    /// </summary>
    public ImmutableDictionary<Cell, double> Keep(PreparedPair pair, ImmutableDictionary<Cell, double> scored) =>
        keys.OfCells(pair, scored.Keys).ToImmutableDictionary(cell => cell.Key, cell => Keep(cell.Value, scored[cell.Key]));

    double Keep(string key, double scored)
    {
        if (cache.Find(key) is { } known)
        {
            return BitConverter.ToDouble(known);
        }

        cache.Put(key, BitConverter.GetBytes(scored));
        return scored;
    }
}
