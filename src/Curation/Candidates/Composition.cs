using System.Collections.Immutable;
using SVco.Core.Data;

namespace SVco.Curation.Candidates;

/// <summary>A row of the paper's Table 2.</summary>
/// <param name="Source">The data set.</param>
/// <param name="Type">The type of contrast.</param>
/// <param name="Before">Pairs that the source holds.</param>
/// <param name="After">Pairs that are left.</param>
public sealed record CompositionRow(string Source, ContrastType Type, int Before, int After);

/// <summary>What MVC is made of: pairs by source and type before and after curation (the paper's Table 2).</summary>
/// <param name="Rows">By source, then by type.</param>
public sealed record Composition(ImmutableArray<CompositionRow> Rows)
{
    /// <summary>Counts pairs; each list is passed over once.</summary>
    public static Composition Of(IEnumerable<Candidate> before, IEnumerable<Candidate> after)
    {
        var (counted, left) = (Count(before), Count(after));
        return new([
            .. counted
                .Keys.Union(left.Keys)
                .OrderBy(row => row.Source, StringComparer.Ordinal)
                .ThenBy(row => row.Type)
                .Select(row => new CompositionRow(row.Source, row.Type, counted.GetValueOrDefault(row), left.GetValueOrDefault(row))),
        ]);
    }

    /// <summary>All pairs before.</summary>
    public int Before => Rows.Sum(row => row.Before);

    /// <summary>All pairs after.</summary>
    public int After => Rows.Sum(row => row.After);

    static Dictionary<(string Source, ContrastType Type), int> Count(IEnumerable<Candidate> candidates) =>
        candidates.CountBy(candidate => (candidate.Source, candidate.Type)).ToDictionary();
}
