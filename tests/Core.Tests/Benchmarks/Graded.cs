using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Benchmarks;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>Items of a benchmark and what was answered, ready to be scored.</summary>
sealed record Graded(ImmutableArray<Item> Items, ImmutableArray<Verdict> Verdicts)
{
    /// <summary>Answers graded by a rule.</summary>
    public static Graded Of(IEnumerable<(Item Item, string Answer)> answers)
    {
        var all = answers.ToArray();
        return new(
            [.. all.Select(one => one.Item)],
            [
                .. all.Select(one =>
                    Verdict.Of(one.Item, new(one.Item.Id, 0, one.Answer, []), _ => throw new InvalidOperationException("no judge"))
                ),
            ]
        );
    }

    /// <summary>An item that is asked in writing.</summary>
    public static Item Item(string id, Grader grader, string category = "", string? group = null) =>
        new(id, category, group ?? id, null, "?", new ItemTask.Write(grader, 1));

    /// <summary>A metric's score.</summary>
    public Score Score(Metric metric) => Core.Benchmarks.Score.Of(metric, Items, Verdicts);

    /// <summary>A mark of each item; not a number where an item has none.</summary>
    public IEnumerable<double> Marked(string mark) => Verdicts.Select(verdict => verdict.Marks.GetValueOrDefault(mark, double.NaN));

    /// <summary>The lines of a JSONL file.</summary>
    public static JsonElement[] Lines(string path) => [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>A number that may be written as a string where it is not finite.</summary>
    public static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : value.GetString() switch
            {
                "nan" => double.NaN,
                "inf" => double.PositiveInfinity,
                "-inf" => double.NegativeInfinity,
                var other => throw new InvalidDataException(other),
            };
}
