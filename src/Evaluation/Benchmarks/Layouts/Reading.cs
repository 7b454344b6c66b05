using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>
/// One way through a benchmark's files. What is wrong is gathered, so that a person hears of all of it at once: warnings, with which the items
/// can be used, and faults, with which they cannot.
/// </summary>
/// <param name="settings">How it is read.</param>
/// <param name="tree">Where the files lie; null for a single file.</param>
/// <param name="pictures">Keeps the images that lie in other files; null only looks.</param>
sealed class Reading(ReadSettings settings, DataTree? tree, PictureCache? pictures)
{
    const int MostShown = 3;

    /// <summary>Stands for an image that is not unpacked.</summary>
    static readonly ImageSource NotUnpacked = new ImageSource.File("");

    readonly List<string> warnings = [];
    readonly OrderedDictionary<string, List<string>> faults = [];

    /// <summary>How it is read.</summary>
    public ReadSettings Settings => settings;

    /// <summary>Whether images that lie in other files are unpacked.</summary>
    public bool KeepsImages => pictures is not null;

    /// <summary>What a person should know, though the items can be used.</summary>
    public ImmutableArray<string> Warnings => [.. warnings];

    /// <summary>Why the items cannot be used; empty where they can.</summary>
    public ImmutableArray<string> Faults =>
        [
            .. faults.Select(fault =>
                $"{fault.Key}: {string.Join("; ", fault.Value.Take(MostShown))}"
                + (fault.Value.Count > MostShown ? $"; and {fault.Value.Count - MostShown} more" : "")
            ),
        ];

    /// <summary>Tells what a person should know.</summary>
    public void Warn(string sentence) => warnings.Add(sentence);

    /// <summary>Tells what makes the items unusable.</summary>
    /// <param name="what">What is wrong, the same words for each place.</param>
    /// <param name="where">The place, or what exactly.</param>
    public void Fault(string what, string where)
    {
        if (!faults.TryGetValue(what, out var places))
        {
            faults.Add(what, places = []);
        }

        places.Add(where);
    }

    /// <summary>Whether a table has the columns that it must have; a fault where not.</summary>
    public bool HasColumns(DataFile file, IReadOnlyCollection<string> there, IReadOnlyCollection<string> columns)
    {
        if (columns.Except(there).ToArray() is not { Length: > 0 } missing)
        {
            return true;
        }

        Fault("columns are missing", $"{file.Shown} has no {string.Join(", ", missing)}; it has {string.Join(", ", there)}");
        return false;
    }

    /// <summary>The items of rows; a row that cannot become one is a fault.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="item">Makes an item of a row and its number from 0.</param>
    public ImmutableArray<Item> Items(IEnumerable<Row> rows, Func<Row, int, Item> item)
    {
        var items = ImmutableArray.CreateBuilder<Item>();
        foreach (var (number, row) in rows.Index())
        {
            try
            {
                items.Add(item(row, number));
            }
            catch (RowException error)
            {
                Fault(error.Message, error.Where(row.Place));
            }
        }

        return items.ToImmutable();
    }

    /// <summary>Ids that are there more than once are a fault.</summary>
    public void RequireNoDoubles(IEnumerable<Item> items)
    {
        foreach (var twice in items.CountBy(item => item.Id).Where(id => id.Value > 1))
        {
            Fault("ids are there more than once", $"{twice.Key} ({twice.Value} times)");
        }
    }

    /// <summary>A file in a zip file of a name; null when there is none.</summary>
    /// <param name="zip">The zip file's name, wherever it lies.</param>
    /// <param name="entry">The path in it.</param>
    public DataFile? InZip(string zip, string entry) => tree?.InZip(zip, entry);

    /// <summary>Keeps the bytes of an image file that lies in another file.</summary>
    /// <exception cref="UserException">The cache cannot be written.</exception>
    public ImageSource Keep(ReadOnlySpan<byte> bytes) => pictures?.Keep(bytes) ?? NotUnpacked;

    /// <summary>The image that a row holds itself.</summary>
    /// <exception cref="RowException">It holds none.</exception>
    public static ImageSource ImageIn(Row row) => row.Image ?? throw new RowException("images are missing");

    /// <summary>The image that a row names; one that is missing is a fault.</summary>
    /// <param name="row">The row.</param>
    /// <param name="folder">Where its file lies.</param>
    /// <param name="names">Its path in the folder, or several that it may have.</param>
    /// <exception cref="RowException">The path leads out of the folder.</exception>
    public ImageSource Image(Row row, DataFolder folder, params IReadOnlyList<string> names) =>
        names.FirstOrDefault(DataFolder.LeadsOut) is { } outside
            ? throw new RowException(
                $"images lie outside {folder.Shown} (write their paths relative to it, or name the folder that has them all)",
                outside
            )
            : Image(row, names.Select(folder.Find).FirstOrDefault(file => file is not null), $"{folder.Shown}/{names[0]}");

    /// <summary>The image file that was found for a row; none is a fault.</summary>
    /// <param name="row">The row.</param>
    /// <param name="file">The file.</param>
    /// <param name="name">What was looked for.</param>
    public ImageSource Image(Row row, DataFile? file, string name)
    {
        switch (file)
        {
            case DataFile.OnDisk(var path):
                return new ImageSource.File(path);
            case DataFile.InZip zipped:
                return Keep(KeepsImages ? zipped.Bytes() : []);
            default:
                Fault("images are missing", $"{name} ({row.Place})");
                return NotUnpacked;
        }
    }
}
