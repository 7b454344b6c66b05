using System.Collections.Immutable;
using SVco.Core;
using SVco.Curation.Candidates;

namespace SVco.Curation.Sources;

/// <summary>Which sources are read.</summary>
public sealed record SourceSettings
{
    /// <summary>CounterCurate; null leaves it out.</summary>
    public CounterCurateFolders? CounterCurate { get; init; }

    /// <summary>FineCops-Ref; null leaves it out.</summary>
    public FineCopsRefFolders? FinecopsRef { get; init; }

    /// <summary>Files in the MVC format.</summary>
    public List<PairFile> Mvc { get; init; } = [];

    /// <summary>Preference data as mDPO has it.</summary>
    public List<PairFile> Preferences { get; init; } = [];

    /// <summary>One's own pairs.</summary>
    public List<PairFile> Pairs { get; init; } = [];
}

/// <summary>All sources one after another.</summary>
static class CandidateSources
{
    /// <summary>Everything that the sources hold, streaming.</summary>
    /// <exception cref="UserException">The data root does not exist, or no source is named.</exception>
    public static IEnumerable<Reading> Read(string dataRoot, SourceSettings sources)
    {
        if (!Directory.Exists(dataRoot))
        {
            throw new UserException(
                $"The data root {dataRoot} does not exist. Set data_root in the YAML file to the folder of your sources."
            );
        }

        var names = sources.Mvc.Concat(sources.Preferences).Concat(sources.Pairs).Select(file => Named(file).Name).ToList();
        if (names.FirstOrDefault(name => names.Count(other => other == name) > 1) is { } twice)
        {
            throw new UserException($"sources: two files have the name {twice}, so their pairs could not be told apart. Give each a name.");
        }

        var finder = new ImageFinder(dataRoot);
        ImmutableArray<IEnumerable<Reading>> all =
        [
            .. sources.CounterCurate is { } counterCurate ? [new CounterCurate(finder, counterCurate).Read()] : (IEnumerable<Reading>[])[],
            .. sources.FinecopsRef is { } fineCops ? [new FineCopsRef(finder, fineCops).Read()] : (IEnumerable<Reading>[])[],
            .. sources.Mvc.Select(file => new FinishedPairs(finder, Named(file)).ReadMvc()),
            .. sources.Preferences.Select(file => new FinishedPairs(finder, Named(file)).ReadPreferences()),
            .. sources.Pairs.Select(file => new PlainPairs(finder, Named(file)).Read()),
        ];
        return all.IsEmpty
            ? throw new UserException("sources: names no source. Known are counter_curate, finecops_ref, mvc, preferences and pairs.")
            : all.SelectMany(readings => readings);
    }

    static PairFile Named(PairFile file) =>
        file.File.Length == 0 ? throw new UserException("sources: an entry of mvc, preferences or pairs has no file.")
        : file.Name.Length > 0 ? file
        : file with { Name = Path.GetFileNameWithoutExtension(file.File) };
}
