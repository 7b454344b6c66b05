using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Core.Data;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>An answer as the page's script reads it.</summary>
/// <param name="Texts">What was said.</param>
/// <param name="Marks">The marks in words.</param>
/// <param name="Judge">The judge's words.</param>
/// <param name="Unseen">What was said without the image.</param>
/// <param name="UnseenState">The letter of its rightness.</param>
sealed record BrowsedAnswer(
    [property: JsonPropertyName("t")] ImmutableArray<string> Texts,
    [property: JsonPropertyName("m")] string Marks,
    [property: JsonPropertyName("j")] ImmutableArray<string> Judge,
    [property: JsonPropertyName("u")] ImmutableArray<string> Unseen,
    [property: JsonPropertyName("s")] string UnseenState
);

/// <summary>An item as the page's script reads it; what filters need is in the index.</summary>
/// <param name="Prompt">The question.</param>
/// <param name="Truth">The truth.</param>
/// <param name="Image">The number of its image; -1 for none.</param>
/// <param name="ImagePage">The page that has the image.</param>
/// <param name="Answers">By model; null where it was not asked.</param>
sealed record BrowsedItem(
    [property: JsonPropertyName("q")] string Prompt,
    [property: JsonPropertyName("t")] string Truth,
    [property: JsonPropertyName("g")] int Image,
    [property: JsonPropertyName("p")] int ImagePage,
    [property: JsonPropertyName("a")] ImmutableArray<BrowsedAnswer?> Answers
);

/// <summary>Some items and the images that none before them has.</summary>
/// <param name="Items">The items.</param>
/// <param name="Images">By number: a data address, or why there is none.</param>
sealed record BrowsedPage(
    [property: JsonPropertyName("items")] ImmutableArray<BrowsedItem> Items,
    [property: JsonPropertyName("images")] ImmutableDictionary<int, string> Images
)
{
    /// <summary>
    /// The page as JSON. Signs of markup are escaped in it (\u003C), so that it may stand in an element of a page: no text in it ends the
    /// element.
    /// </summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Pages of items, made one after another as they are asked for.</summary>
    /// <param name="items">All items.</param>
    /// <param name="size">How many items a page has.</param>
    /// <param name="pictures">Their pictures.</param>
    public static IEnumerable<BrowsedPage> Of(IEnumerable<AnsweredItem> items, int size, Thumbnails pictures)
    {
        var seen = new Dictionary<ImageSource, (int Number, int Page)>();
        foreach (var (page, chunk) in items.Chunk(size).Index())
        {
            var fresh = new List<(int Number, ImageSource Image)>();
            foreach (var image in chunk.Select(item => item.Item.Image).OfType<ImageSource>())
            {
                if (seen.TryAdd(image, (seen.Count, page)))
                {
                    fresh.Add((seen.Count - 1, image));
                }
            }

            yield return new(
                [.. chunk.Select(item => Of(item, item.Item.Image is { } image ? seen[image] : (-1, page)))],
                fresh
                    .AsParallel()
                    .Select(one => (one.Number, Thumbnail: pictures.Of(one.Image)))
                    .AsEnumerable()
                    .ToImmutableDictionary(one => one.Number, one => one.Thumbnail.Address ?? one.Thumbnail.Fault)
            );
        }
    }

    static BrowsedItem Of(AnsweredItem item, (int Number, int Page) image) =>
        new(
            item.Item.Prompt,
            item.Truth,
            image.Number,
            image.Page,
            [
                .. item.Answers.Select(answer =>
                    answer is null
                        ? null
                        : new BrowsedAnswer(
                            answer.Texts,
                            answer.Marks,
                            answer.Judge,
                            answer.Unseen,
                            BrowsedIndex.Letter(answer.UnseenCorrectness.Rightness)
                        )
                ),
            ]
        );
}
