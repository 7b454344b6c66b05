using System.Collections.Immutable;
using SVco.Core;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>The benchmarks that are known by name.</summary>
public static class AllBenchmarks
{
    /// <summary>The paper's eight, in the order of its Table 1.</summary>
    public static ImmutableArray<BenchmarkSource> Sources { get; } =
    [MmHal.Source, CvBench.Source, Mmvp.Source, RealWorldQa.Source, MmVet.Source, LlavaBench.Source, TextVqa.Source, ScienceQa.Source];

    /// <summary>A benchmark by its name; case, hyphens and spaces do not matter.</summary>
    /// <exception cref="UserException">None has the name.</exception>
    public static BenchmarkSource Named(string name) =>
        Sources.FirstOrDefault(source => Bare(source.Name) == Bare(name))
        ?? throw new UserException(
            $"There is no benchmark '{name}'. There are {string.Join(", ", Sources.Select(source => source.Name))}; a benchmark of your own is read by Own.Read."
        );

    /// <summary>What is found of each benchmark below a folder.</summary>
    /// <param name="root">The folder of benchmarks.</param>
    /// <param name="settings">How they will be read; official without.</param>
    /// <exception cref="UserException">The folder is not there.</exception>
    public static ImmutableArray<BenchmarkFinding> Find(string root, ReadSettings? settings = null)
    {
        using var tree = DataTree.Of(root);
        return [.. Sources.Select(source => source.Find(tree, settings ?? new()))];
    }

    static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
