using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Files;
using SVco.Training.Caching;

namespace SVco.Training;

/// <summary>Names the reference's log-probabilities by all that decides them, so that equal names have equal values, whatever pairs and files are called.</summary>
/// <param name="model">Everything but rows and images: the base model's <see cref="ModelFingerprint"/>, precision, image processing.</param>
/// <param name="contentOf">Names an image by its content, as <see cref="ImageContent.Of"/> does.</param>
public sealed class ReferenceKeys(string model, Func<ImageSource, string> contentOf)
{
    /// <summary>The names of cells of a pair.</summary>
    /// <exception cref="UserException">An image of the pair cannot be read.</exception>
    public ImmutableDictionary<Cell, string> OfCells(PreparedPair pair, IEnumerable<Cell> cells)
    {
        try
        {
            // An image is read once for all cells that show it.
            var images = cells.Select(pair.Image).OfType<ImageSource>().Distinct().ToDictionary(image => image, contentOf);
            return cells.ToImmutableDictionary(
                cell => cell,
                cell => OfCell(pair, cell, pair.Image(cell) is { } image ? images[image] : "")
            );
        }
        catch (UserException error)
        {
            throw new UserException($"{pair.Pair.Id}: {error.Message}", error);
        }
    }

    /// <summary>The name of these cells of a pair together.</summary>
    /// <exception cref="UserException">An image of the pair cannot be read.</exception>
    public string OfPair(PreparedPair pair, IEnumerable<Cell> cells) =>
        ContentHash.Of(string.Join('\n', OfCells(pair, cells).Select(cell => $"{cell.Key} {cell.Value}").Order(StringComparer.Ordinal)));

    // Made of what decides the value: model, row, summed tokens, image.
    string OfCell(PreparedPair pair, Cell cell, string image)
    {
        var row = pair.Row(cell);
        var key = new StringBuilder(model).Append('\n').AppendJoin(',', row.Ids).Append('\n').AppendJoin("", pair.Summed(cell).Select(Bit));
        key.Append('\n').AppendJoin("", row.Attended.Select(Bit)).Append('\n').Append(image);
        return ContentHash.Of(key.ToString());
    }

    static char Bit(bool value) => value ? '1' : '0';
}
