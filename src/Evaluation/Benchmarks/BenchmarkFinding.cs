using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>A copy of a benchmark that was found.</summary>
/// <param name="Layout">In which layout: "official files", "hub Parquet" or "VLMEvalKit TSV", perhaps with an addition.</param>
/// <param name="Folder">Where.</param>
/// <param name="Items">How many items it has.</param>
/// <param name="Expected">How many the layout has where it is whole.</param>
/// <param name="Notes">What a person should know though it can be used.</param>
/// <param name="Faults">Why it cannot be used; empty where it can.</param>
public sealed record FoundLayout(
    string Layout,
    string Folder,
    int Items,
    int Expected,
    ImmutableArray<string> Notes,
    ImmutableArray<string> Faults
)
{
    /// <summary>What a person should know, the wrong number of items first.</summary>
    public ImmutableArray<string> Warnings =>
        Items == Expected || !Faults.IsEmpty
            ? Notes
            : [$"{Items} items instead of {Expected}: this is not the official set, and its numbers are of its own", .. Notes];
}

/// <summary>What was found of a benchmark below a folder.</summary>
/// <param name="Source">The benchmark.</param>
/// <param name="Root">The folder.</param>
/// <param name="Settings">How it will be read.</param>
/// <param name="Found">The copy that is read; null where there is none at all.</param>
/// <param name="Others">Other copies, which are not read.</param>
/// <param name="Unreadable">Zip files below the folder that cannot be opened, and why.</param>
public sealed record BenchmarkFinding(
    BenchmarkSource Source,
    string Root,
    ReadSettings Settings,
    FoundLayout? Found,
    ImmutableArray<FoundLayout> Others,
    ImmutableArray<string> Unreadable
)
{
    const int MostOthersShown = 3;

    /// <summary>Whether it can be read.</summary>
    public bool IsUsable => Found is { Faults.IsEmpty: true };

    /// <summary>What a person should know: of the copy that is read, and which others are not.</summary>
    public ImmutableArray<string> Warnings =>
        [
            .. Found?.Warnings ?? [],
            .. Others
                .Take(MostOthersShown)
                .Select(other =>
                    $"also there, not read: {other.Layout} in {other.Folder}"
                    + (other.Faults.IsEmpty ? "" : $" (cannot be used: {other.Faults[0]})")
                ),
            .. Others.Length > MostOthersShown ? [$"and {Others.Length - MostOthersShown} more copies, not read"] : Array.Empty<string>(),
            .. IsUsable ? [] : Unreadable,
        ];

    /// <summary>What is missing: where to get the benchmark and where to put it; empty where it can be read.</summary>
    public ImmutableArray<string> ToFetch =>
        IsUsable
            ? []
            : [.. Source.From.Select(from => $"{from.Layout}: {from.Address}; {from.Put.Replace("ROOT", Root, StringComparison.Ordinal)}")];

    /// <summary>One line: what was found, or what is missing.</summary>
    public override string ToString() =>
        Found is null ? $"{Source.Name}: missing below {Root}. {ToFetch.FirstOrDefault()}"
        : IsUsable ? $"{Source.Name}: {Found.Items} items, {Found.Layout} in {Found.Folder}"
        : Refusal(Source.Name, Found.Folder, Found.Faults);

    /// <summary>Reads the benchmark; images that lie in Parquet, TSV or zip files are unpacked into the user's cache, once.</summary>
    /// <exception cref="UserException">It is not there, or something is wrong with it; the message says all of it and what to fetch.</exception>
    public Benchmark Read() => Read(PictureCache.OfUser);

    internal Benchmark Read(PictureCache pictures)
    {
        if (!IsUsable)
        {
            throw new UserException(
                string.Join(
                    '\n',
                    [
                        Found is null ? $"{Source.Name} is missing below {Root}." : $"{this}",
                        "What to fetch:",
                        .. ToFetch.Select(line => $"  {line}"),
                    ]
                )
            );
        }

        using var tree = DataTree.Of(Root);
        return new(Source.Name, Source.Domain, Source.Read(Found!, tree, Settings, pictures), Source.Metrics(Settings.Behaviour));
    }

    internal static string Refusal(string name, string folder, ImmutableArray<string> faults) =>
        string.Join('\n', [$"{name} in {folder} cannot be used:", .. faults.Select(fault => $"  {fault}")]);
}
