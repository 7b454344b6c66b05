using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Data;
using SVco.Curation.Candidates;

namespace SVco.Curation.Sources;

/// <summary>Where CounterCurate lies below the data root.</summary>
public sealed record CounterCurateFolders
{
    /// <summary>The folder of Flickr30k-Counterfactuals with left_right.json, counting.json, ...</summary>
    public string TrainData { get; init; } = "Flickr30k-Counterfactuals/train_data";

    /// <summary>The folder of Flickr30k's images.</summary>
    public string Images { get; init; } = "flickr30k/flickr30k-images";
}

/// <summary>Reads Flickr30k-Counterfactuals: positions, counting, and the replaced noun, adjective and order of DALL-E's images.</summary>
sealed class CounterCurate(ImageFinder finder, CounterCurateFolders folders)
{
    /// <summary>The name of the source.</summary>
    public const string Name = "CounterCurate";

    const string Attributes = "attributes";
    const string Generated = "dalle_gen_counterfactuals";

    static readonly ImmutableArray<(string Change, ContrastType Type)> Kinds =
    [
        ("noun", ContrastType.Object),
        ("adjective", ContrastType.Attribute),
        ("reverse", ContrastType.Position),
    ];

    /// <summary>Everything in the source, streaming.</summary>
    public IEnumerable<Reading> Read() =>
        Listed("up_down", ContrastType.Position)
            .Concat(Listed("counting", ContrastType.Count))
            .Concat(Listed("left_right", ContrastType.Position))
            .Concat(Changed());

    IEnumerable<Reading> Listed(string kind, ContrastType type)
    {
        var seen = new HashSet<string>();
        return SourceEntry.Entries(Name, kind, Annotation(kind), entry => Variants(entry).OfType<Reading>());

        IEnumerable<Reading?> Variants(JsonEntry entry) =>
            entry.Value.ValueKind == JsonValueKind.Array
                ? entry.Value.EnumerateArray().Select((variant, place) => Variant(entry.Name, variant, place))
                :
                [
                    SourceEntry.Read(
                        Name,
                        kind,
                        entry.Name,
                        () => throw new EntryException("entry is not a list", $"it is {entry.Value.ValueKind}")
                    ),
                ];

        Reading? Variant(string index, JsonElement variant, int place)
        {
            var key = $"{index}/{place}";
            return SourceEntry.Read(
                Name,
                kind,
                key,
                () =>
                {
                    var id = SourceEntry.Name(variant, "image_id") ?? place.ToString();
                    key = $"{index}/{id}";
                    var (positive, negative) = (SourceEntry.Text(variant, "pos"), SourceEntry.Text(variant, "neg"));
                    if (!seen.Add(key))
                    {
                        throw new EntryException("duplicate id");
                    }

                    var image = Positive(index);
                    var found = finder.Find(
                        "negative image",
                        $"{folders.TrainData}/{kind}/neg",
                        $"{index}_{id}.png",
                        $"{index}_{id}.jpg",
                        $"{index}.jpg"
                    );
                    var mirrors = kind == "left_right" && found.IsMissing;
                    return new(Name, kind, type, key, image, mirrors ? null : SourceEntry.Path(found), positive, negative)
                    {
                        Screening = kind == "left_right" ? Screening.Sampled : Screening.Filtered,
                        LOrigin = mirrors ? LOrigin.Mirror : LOrigin.File,
                    };
                }
            ) switch
            {
                Reading.Refused(var refused) => new Reading.Refused(refused with { Key = key }),
                var reading => reading,
            };
        }
    }

    IEnumerable<Reading> Changed()
    {
        // The captions of all images are small (31k images, 5 captions each) and wanted in the other file's order.
        var captions = new Dictionary<string, Caption>();
        var unread = SourceEntry
            .Entries(Name, Attributes, Annotation("flickr30k_image_captions"), entry => FirstCaption(entry, captions))
            .ToList();
        var seen = new HashSet<string>();
        return unread.Concat(SourceEntry.Entries(Name, Attributes, Annotation(Generated), entry => Changes(entry, captions, seen)));
    }

    readonly record struct Caption(string Text, EntryException? Wrong);

    static IEnumerable<Reading> FirstCaption(JsonEntry entry, Dictionary<string, Caption> captions)
    {
        // What is wrong with a caption is told of the pair that needs it.
        if (
            entry.Value is { ValueKind: JsonValueKind.Array } list
            && list.GetArrayLength() > 0
            && list[0].ValueKind == JsonValueKind.String
        )
        {
            try
            {
                captions[entry.Name] = new(SourceEntry.TextOf(list[0], "positive caption"), null);
            }
            catch (EntryException error)
            {
                captions[entry.Name] = new("", error);
            }
        }

        return [];
    }

    IEnumerable<Reading> Changes(JsonEntry entry, Dictionary<string, Caption> captions, HashSet<string> seen) =>
        entry.Value.ValueKind == JsonValueKind.Object
            ? Kinds.Select(kind => Change(entry, kind.Change, kind.Type, captions, seen)).OfType<Reading>()
            : [SourceEntry.Read(Name, Attributes, entry.Name, () => throw new EntryException("entry is not an object"))!];

    Reading? Change(JsonEntry entry, string change, ContrastType type, Dictionary<string, Caption> captions, HashSet<string> seen) =>
        SourceEntry.Read(
            Name,
            Attributes,
            $"{entry.Name}/{change}",
            () =>
            {
                // A null caption says that there is no such counterfactual.
                if (!entry.Value.TryGetProperty(change, out var caption) || caption.ValueKind == JsonValueKind.Null)
                {
                    return null;
                }

                var negative = SourceEntry.TextOf(caption, "negative caption");
                var positive = captions.TryGetValue(entry.Name, out var first)
                    ? first.Wrong is { } wrong
                        ? throw wrong
                        : first.Text
                    : throw new EntryException("positive caption is missing", $"flickr30k_image_captions.json has none of {entry.Name}");
                if (!seen.Add($"{entry.Name}/{change}"))
                {
                    throw new EntryException("duplicate id");
                }

                return new(
                    Name,
                    Attributes,
                    type,
                    $"{entry.Name}/{change}",
                    Positive(entry.Name),
                    SourceEntry.Path(finder.Find("negative image", $"{folders.TrainData}/{Generated}", $"{entry.Name}_{change}.jpg")),
                    positive,
                    negative
                );
            }
        );

    string Positive(string index) => SourceEntry.Path(finder.Find("positive image", folders.Images, $"{index}.jpg"));

    string Annotation(string name) => Path.Combine(finder.Root, folders.TrainData, $"{name}.json");
}
