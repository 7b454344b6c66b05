using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Objectives;
using SVco.Tests;

namespace SVco.Core.Tests;

/// <summary>The tables of golden/svco/loss_tables.json.</summary>
static class GoldenTables
{
    static readonly string Path = Golden.PathOf("svco", "loss_tables.json");

    static readonly Lazy<JsonElement> File = new(() => Golden.Json(Path));

    public static IEnumerable<JsonElement> Cases(string kind) =>
        System.IO.File.Exists(Path) && File.Value.TryGetProperty(kind, out var cases) ? cases.EnumerateArray() : [];

    public static ImmutableArray<Cell> Cells => CellsOf(File.Value.GetProperty("cells"));

    public static LogProbTable Batch => LazyBatch.Value;

    static readonly Lazy<LogProbTable> LazyBatch = new(() =>
        new([
            .. File
                .Value.GetProperty("tables")
                .EnumerateArray()
                .Select(table => Pair(Cells, Numbers(table.GetProperty("policy")), Numbers(table.GetProperty("reference")))),
        ])
    );

    public static ScoredPair Pair(ImmutableArray<Cell> cells, double[] policy, double[] reference) =>
        new(
            cells.Zip(policy).ToImmutableDictionary(entry => entry.First, entry => entry.Second),
            cells.Zip(reference).ToImmutableDictionary(entry => entry.First, entry => entry.Second),
            ImmutableDictionary<(Side, Tokens), int>.Empty
        );

    /// <summary>Cells by their golden names: img_w_res_l is response L under image W, i.e. L.Mismatch.</summary>
    public static ImmutableArray<Cell> CellsOf(JsonElement names) =>
        [
            .. names
                .EnumerateArray()
                .Select(name =>
                    name.GetString()!.Split("_res_") switch
                    {
                        ["none", var response] => new Cell(SideOf(response), ImageCondition.NoImage),
                        [var image, var response] when image == $"img_{response}" => new Cell(SideOf(response), ImageCondition.Match),
                        [_, var response] => new Cell(SideOf(response), ImageCondition.Mismatch),
                        _ => throw new InvalidDataException($"{name} is no cell"),
                    }
                ),
        ];

    public static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    static Side SideOf(string response) => response == "w" ? Side.W : Side.L;
}
