using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>What the page's filters need of every item.</summary>
/// <param name="Key">Names the report, so that pages of another are told.</param>
/// <param name="Folder">The folder of the pages' files; empty where they are in the page itself.</param>
/// <param name="Size">How many items a page has.</param>
/// <param name="Models">The models' names, the base first.</param>
/// <param name="Benchmarks">The benchmarks' names.</param>
/// <param name="Categories">The categories' and tags' names.</param>
/// <param name="Ids">Each item's name in its benchmark.</param>
/// <param name="Benchmark">Each item's benchmark.</param>
/// <param name="Category">Each item's categories and tags.</param>
/// <param name="States">
/// Of each item two letters for each model: r right, w wrong, p partly, u not judged, - not asked; and + better than the base model, - worse,
/// = neither.
/// </param>
sealed record BrowsedIndex(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("folder")] string Folder,
    [property: JsonPropertyName("size")] int Size,
    [property: JsonPropertyName("models")] ImmutableArray<string> Models,
    [property: JsonPropertyName("benchmarks")] ImmutableArray<string> Benchmarks,
    [property: JsonPropertyName("categories")] ImmutableArray<string> Categories,
    [property: JsonPropertyName("ids")] ImmutableArray<string> Ids,
    [property: JsonPropertyName("benchmark")] ImmutableArray<int> Benchmark,
    [property: JsonPropertyName("category")] ImmutableArray<ImmutableArray<int>> Category,
    [property: JsonPropertyName("states")] ImmutableArray<string> States
)
{
    /// <summary>The index as JSON, escaped as <see cref="BrowsedPage.ToJson"/>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>The index of items.</summary>
    public static BrowsedIndex Of(EvaluationNumbers numbers, IReadOnlyList<AnsweredItem> items, string key, string folder, int size)
    {
        ImmutableArray<string> benchmarks = [.. numbers.Benchmarks.Select(one => one.Name)];
        ImmutableArray<string> categories = [.. items.SelectMany(item => item.Categories).Distinct()];
        var numberOf = categories.Index().ToDictionary(category => category.Item, category => category.Index);
        return new(
            key,
            folder,
            size,
            [.. numbers.Result.Models.Select(model => model.Name)],
            benchmarks,
            categories,
            [.. items.Select(item => item.Item.Id)],
            [.. items.Select(item => benchmarks.IndexOf(item.Benchmark.Name))],
            [.. items.Select(item => item.Categories.Distinct().Select(category => numberOf[category]).ToImmutableArray())],
            [.. items.Select(StatesOf)]
        );
    }

    static string StatesOf(AnsweredItem item) =>
        string.Concat(
            item.Answers.Select(
                (answer, model) =>
                    Letter(answer?.Correctness.Rightness ?? Rightness.NotAsked)
                    + item.AgainstBase(model) switch
                    {
                        > 0 => "+",
                        < 0 => "-",
                        _ => "=",
                    }
            )
        );

    /// <summary>The letter of a state.</summary>
    public static string Letter(Rightness rightness) =>
        rightness switch
        {
            Rightness.Right => "r",
            Rightness.Wrong => "w",
            Rightness.Partly => "p",
            Rightness.NotJudged => "u",
            _ => "-",
        };
}
