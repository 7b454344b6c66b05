using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks;
using SVco.Evaluation.Judges;
using SVco.Models.Images;

namespace SVco.Experiments;

/// <summary>A benchmark that will be asked.</summary>
/// <param name="Folder">The name of its folder.</param>
/// <param name="Benchmark">With the items that will be asked.</param>
/// <param name="Source">Which copy was read.</param>
/// <param name="PaperJudge">The judge of the paper; null where a rule grades.</param>
/// <param name="Prompts">In whose words it is asked.</param>
/// <param name="Warnings">What a person must know of it.</param>
sealed record PlannedBenchmark(
    string Folder,
    Benchmark Benchmark,
    string Source,
    string? PaperJudge,
    string Prompts,
    ImmutableArray<string> Warnings
)
{
    const int MostShown = 3;

    /// <summary>Whether answers are judged by a language model.</summary>
    public bool IsJudged => Benchmark.Items.Any(item => item.Task is ItemTask.Write { Grader: Grader.Judge });

    /// <summary>Reads the benchmarks of a plan.</summary>
    /// <exception cref="UserException">Some cannot be read; the message names all of them, and what to fetch.</exception>
    public static ImmutableArray<PlannedBenchmark> All(EvaluationPlan plan)
    {
        ImmutableArray<BenchmarkSource> sources =
            plan.Benchmarks.Length > 0 ? [.. plan.Benchmarks.Select(AllBenchmarks.Named).Distinct()]
            : plan.Own.IsEmpty ? AllBenchmarks.Sources
            : [];
        if (sources.Length > 0 && plan.Data is null)
        {
            throw new UserException("Where are the benchmarks? Give their folder with --data; `svco eval --list` says what goes there.");
        }

        ReadSettings settings = new(plan.Behaviour)
        {
            Prompts = plan.JudgePrompts is { } official ? OfficialPrompts.Read(official) : JudgePrompts.SVco,
        };
        var findings = sources.IsEmpty
            ? []
            : AllBenchmarks.Find(plan.Data!, settings).Where(finding => sources.Contains(finding.Source)).ToImmutableArray();
        var missing = findings.Where(finding => !finding.IsUsable).ToArray();
        if (missing.Length > 0)
        {
            throw new UserException(
                string.Join(
                    '\n',
                    [
                        $"{missing.Length} of {findings.Length} benchmarks cannot be read; --benchmarks chooses others:",
                        .. missing.SelectMany(finding => finding.ToFetch.Select(line => $"    {line}").Prepend($"  {finding}")),
                    ]
                )
            );
        }

        ImmutableArray<PlannedBenchmark> all =
        [
            .. findings
                .Zip(Read(findings))
                .Select(one =>
                    Of(
                        plan,
                        one.Second,
                        $"{one.First.Found!.Layout} in {one.First.Found.Folder}",
                        one.First.Source.Judge,
                        settings.Prompts.Name,
                        one.First.Warnings
                    )
                ),
            .. plan.Own.Select(benchmark => Of(plan, benchmark, "the script", null, "", [])),
        ];
        return all.GroupBy(one => one.Folder, StringComparer.OrdinalIgnoreCase).FirstOrDefault(folder => folder.Count() > 1) is { } twice
            ? throw new UserException(
                $"The benchmarks {string.Join(" and ", twice.Select(one => $"\"{one.Benchmark.Name}\""))} would have one folder, {twice.Key}. Give them names that differ in letters or digits."
            )
            : all;
    }

    /// <summary>Makes sure that the images can be opened, before a model is loaded; the message names what is wrong with each benchmark.</summary>
    /// <exception cref="UserException">Some cannot.</exception>
    public static void CheckImages(IEnumerable<PlannedBenchmark> benchmarks) =>
        Refuse(
            benchmarks.Select(one =>
                (
                    one.Benchmark.Name,
                    Faults: one.Benchmark.Items.Select(item => item.Image)
                        .OfType<ImageSource>()
                        .Distinct()
                        .AsParallel()
                        .AsOrdered()
                        .Select(image => FaultOf(() => ImageRenderer.SizeOf(image)))
                        .OfType<string>()
                        .ToArray()
                )
            ),
            "have images that cannot be shown"
        );

    /// <summary>Reads all, so that a person hears of all that is wrong at once.</summary>
    static ImmutableArray<Benchmark> Read(IEnumerable<BenchmarkFinding> findings)
    {
        var read = new List<Benchmark>();
        Refuse(
            [
                .. findings.Select(finding =>
                    (finding.Source.Name, Faults: FaultOf(() => read.Add(finding.Read())) is { } fault ? [fault] : Array.Empty<string>())
                ),
            ],
            "cannot be read"
        );
        return [.. read];
    }

    static string? FaultOf(Action look)
    {
        try
        {
            look();
            return null;
        }
        catch (UserException error)
        {
            return error.Message;
        }
    }

    static void Refuse(IEnumerable<(string Name, string[] Faults)> benchmarks, string what)
    {
        var faulty = benchmarks.Where(one => one.Faults.Length > 0).ToArray();
        if (faulty.Length > 0)
        {
            throw new UserException(
                string.Join(
                    '\n',
                    [
                        $"{string.Join(", ", faulty.Select(one => one.Name))} {what}; --benchmarks chooses others:",
                        .. faulty
                            .SelectMany(one =>
                                one.Faults.Length > MostShown
                                    ? one.Faults.Take(MostShown).Append($"and {one.Faults.Length - MostShown} more of {one.Name}")
                                    : one.Faults
                            )
                            .Select(line => $"  {line.Replace("\n", "\n  ", StringComparison.Ordinal)}"),
                    ]
                )
            );
        }
    }

    static PlannedBenchmark Of(
        EvaluationPlan plan,
        Benchmark benchmark,
        string source,
        string? judge,
        string prompts,
        ImmutableArray<string> warnings
    )
    {
        var asked = plan.Limit is { } limit ? benchmark.Limited(limit, (ulong)plan.Seed) : benchmark;
        return new(
            string.Concat(benchmark.Name.Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-')),
            asked,
            source,
            judge,
            prompts,
            asked.Items.Length < benchmark.Items.Length
                ? [.. warnings, $"{asked.Items.Length} of {benchmark.Items.Length} items were asked"]
                : warnings
        );
    }
}
