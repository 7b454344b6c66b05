using SVco.Core.Data;
using SVco.Curation.Candidates;

namespace SVco.Curation.Sources;

/// <summary>Where FineCops-Ref lies below the data root.</summary>
public sealed record FineCopsRefFolders
{
    /// <summary>The annotations of the positive samples.</summary>
    public string Positive { get; init; } = "finecops-ref/positive.json";

    /// <summary>The annotations of the negative samples.</summary>
    public string Negative { get; init; } = "finecops-ref/negative.json";

    /// <summary>The folder of GQA's images.</summary>
    public string Images { get; init; } = "finecops-ref/images";

    /// <summary>The folder of the edited images.</summary>
    public string NegativeImages { get; init; } = "finecops-ref/neg_images";
}

/// <summary>Reads the image negatives of FineCops-Ref, each joined with its positive sample; those of order are refused, as in the paper.</summary>
sealed class FineCopsRef(ImageFinder finder, FineCopsRefFolders folders)
{
    /// <summary>The name of the source.</summary>
    public const string Name = "FineCops-Ref";

    /// <summary>Everything in the source; the positive samples' image and expression are held in memory, the negatives stream.</summary>
    public IEnumerable<Reading> Read()
    {
        var positives = new Dictionary<string, (string Image, string Expression)>();
        foreach (var refused in SourceEntry.Entries(Name, "positive", Full(folders.Positive), entry => Positive(entry, positives)))
        {
            yield return refused;
        }

        var seen = new HashSet<string>();
        foreach (var reading in SourceEntry.Entries(Name, "negative", Full(folders.Negative), entry => Negative(entry, positives, seen)))
        {
            yield return reading;
        }
    }

    static IEnumerable<Reading> Positive(JsonEntry entry, Dictionary<string, (string, string)> positives)
    {
        var reading = SourceEntry.Read(
            Name,
            "positive",
            entry.Name,
            () =>
            {
                var id = SourceEntry.Name(entry.Value, "id") ?? throw new EntryException("id is missing");
                var image = SourceEntry.Name(entry.Value, "image_id") ?? throw new EntryException("image_id is missing");
                return positives.TryAdd(id, (image, SourceEntry.Text(entry.Value, "expression")))
                    ? null
                    : throw new EntryException("duplicate id", id);
            }
        );
        return reading is null ? [] : [reading];
    }

    IEnumerable<Reading> Negative(JsonEntry entry, Dictionary<string, (string Image, string Expression)> positives, HashSet<string> seen)
    {
        var (kind, key) = ("negative", entry.Name);
        var reading = SourceEntry.Read(
            Name,
            kind,
            key,
            () =>
            {
                key = SourceEntry.Name(entry.Value, "id") ?? throw new EntryException("id is missing");
                if (SourceEntry.Text(entry.Value, "negative_cate") is var category && category != "image")
                {
                    return category == "text" ? null : throw new EntryException("negative_cate is neither image nor text", category);
                }

                kind = SourceEntry.Text(entry.Value, "negative_type");
                var type = TypeOf(kind);
                if (!seen.Add(key))
                {
                    throw new EntryException("duplicate id");
                }

                var of = SourceEntry.Name(entry.Value, "positive_id") ?? throw new EntryException("positive_id is missing");
                if (!positives.TryGetValue(of, out var positive))
                {
                    throw new EntryException("positive sample is missing", $"positive_id {of}");
                }

                var expression = SourceEntry.Text(entry.Value, "expression");
                var name = SourceEntry.Name(entry.Value, "image_id") ?? throw new EntryException("image_id is missing");
                return new(
                    Name,
                    kind,
                    type,
                    key,
                    SourceEntry.Path(finder.Find("positive image", folders.Images, $"{positive.Image}.jpg", $"{positive.Image}.png")),
                    SourceEntry.Path(finder.Find("negative image", folders.NegativeImages, $"{name}.jpg", $"{name}.png")),
                    positive.Expression,
                    expression
                );
            }
        );
        return reading switch
        {
            null => [],
            Reading.Refused(var refused) => [new Reading.Refused(refused with { Kind = kind, Key = key })],
            _ => [reading],
        };
    }

    /// <summary>Names such as object, replace_attribute or swap_relation.</summary>
    static ContrastType TypeOf(string kind) =>
        kind.ToLowerInvariant() switch
        {
            // The reason in the words of golden/sources.
            var name when name.Contains("order") => throw new EntryException("Order contrasts are discarded", kind),
            var name when name.Contains("obj") => ContrastType.Object,
            var name when name.Contains("att") => ContrastType.Attribute,
            var name when name.Contains("rel") || name.Contains("pos") || name.Contains("spatial") => ContrastType.Position,
            _ => throw new EntryException("negative_type is unknown", kind),
        };

    string Full(string path) => Path.Combine(finder.Root, path);
}
