using System.Collections.Immutable;
using SVco.Evaluation.Benchmarks;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>The benchmarks that are known by name, for a terminal: a table of all, then what each needs.</summary>
public static class BenchmarkList
{
    const string Indent = "    ";
    const int WidestLabel = 9;

    /// <summary>The list; no line is longer than 80 letters, but for a path or a command that has no place to break.</summary>
    /// <param name="findings">What is found below a folder; none where nobody looked.</param>
    public static string Text(ImmutableArray<BenchmarkFinding> findings)
    {
        var known = findings.ToDictionary(finding => finding.Source);
        return string.Join(
            '\n',
            AllBenchmarks
                .Sources.Select(source => string.Join('\n', Lines(source, known.GetValueOrDefault(source))) + '\n')
                .Prepend(Overview(known))
        );
    }

    static string Overview(Dictionary<BenchmarkSource, BenchmarkFinding> known) =>
        GridText.Of(
            new(
                "Benchmarks",
                known.Count == 0 ? "--data ROOT says what is found below a folder." : "",
                "benchmark",
                [
                    new("domain", IsText: true),
                    new("items"),
                    .. known.Count == 0 ? Array.Empty<GridHead>() : [new("found"), new("as", IsText: true)],
                    new("judge", IsText: true),
                ],
                [
                    .. AllBenchmarks.Sources.Select(source => new GridRow(
                        source.Name,
                        [
                            new(source.Domain),
                            new($"{source.Count}"),
                            .. known.TryGetValue(source, out var finding) ? Found(finding) : [],
                            new(source.Judge ?? "–"),
                        ]
                    )),
                ]
            )
        );

    static GridCell[] Found(BenchmarkFinding finding) =>
        [
            new(finding.Found is { } found ? $"{found.Items}" : "–"),
            new(
                finding.IsUsable ? finding.Found!.Layout
                : finding.Found is null ? "missing"
                : "faulty"
            ),
        ];

    static IEnumerable<string> Lines(BenchmarkSource source, BenchmarkFinding? finding) =>
        [
            source.Name,
            .. TerminalText.Hanging(Indent, $"{source.About}."),
            .. Labelled("licence", $"{source.Licence}; {source.Size}"),
            .. finding is null
                ? []
                : Labelled("found", finding.Found is { } found ? $"{found.Items} items, {found.Layout}" : $"nothing below {finding.Root}"),
            .. finding?.Found is { } place
                ? [Indent + Label("in") + place.Folder, .. place.Faults.SelectMany(fault => Labelled("fault", fault))]
                : Array.Empty<string>(),
            .. finding?.Warnings.SelectMany(warning => Labelled("note", warning)) ?? [],
            .. finding is { IsUsable: true } ? [] : source.From.SelectMany(from => Fetched(from, finding?.Root ?? "ROOT")),
        ];

    /// <summary>An address and a command stand alone in their lines, so that they can be copied.</summary>
    static IEnumerable<string> Fetched(Fetch from, string root) =>
        [
            .. Labelled("get", $"{from.Layout}: {from.Address}"),
            .. TerminalText.Hanging($"{Indent}{Label("")}", from.Put.Replace("ROOT", root, StringComparison.Ordinal)),
        ];

    static ImmutableArray<string> Labelled(string label, string text) => TerminalText.Hanging($"{Indent}{Label(label)}", text);

    static string Label(string label) => label.PadRight(WidestLabel);
}
