using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Objectives;
using SVco.Files;

namespace SVco.Training;

/// <summary>The reference's log-probabilities of all pairs of a run, kept so that a run that goes on needs no reference model.</summary>
/// <param name="Pairs">The cells of each pair, by its index in <see cref="TrainingSetup.Pairs"/>; none where the objective needs no reference.</param>
public sealed record ReferenceTable(ImmutableArray<ImmutableDictionary<Cell, double>> Pairs)
{
    /// <summary>The cells of a pair.</summary>
    public ImmutableDictionary<Cell, double> this[int pair] => Pairs[pair];

    /// <summary>Makes a table; a pair without an entry has no cells.</summary>
    public static ReferenceTable Of(int pairs, IEnumerable<(int Pair, ImmutableDictionary<Cell, double> Cells)> entries)
    {
        var known = entries.ToDictionary(entry => entry.Pair, entry => entry.Cells);
        return new([.. Enumerable.Range(0, pairs).Select(pair => known.GetValueOrDefault(pair, []))]);
    }

    /// <summary>Whether every pair has these cells.</summary>
    public bool Has(IReadOnlyCollection<Cell> cells) => Pairs.All(pair => cells.All(pair.ContainsKey));

    /// <summary>The table that <see cref="Write"/> wrote; null when there is none yet, it is damaged, or it has another number of pairs.</summary>
    /// <param name="file">The file.</param>
    /// <param name="pairs">How many pairs there are.</param>
    /// <param name="note">Is told of damage, and of a file without a checksum.</param>
    public static ReferenceTable? Read(string file, int pairs, Action<string> note)
    {
        try
        {
            return
                File.Exists(file)
                && SealedJson.Read<ImmutableArray<ImmutableDictionary<string, double>>>(file, note) is { } entries
                && entries.Length == pairs
                ? new([.. entries.Select(cells => cells.ToImmutableDictionary(cell => Cell.Parse(cell.Key), cell => cell.Value))])
                : null;
        }
        catch (UserException error)
        {
            note($"{error.Message.TrimEnd('.')}. The reference is scored again.");
            return null;
        }
    }

    /// <summary>Writes the table: for each pair its cells, such as <c>{"W.Match": -12.5}</c>.</summary>
    public void Write(string file) =>
        SealedJson.Write(file, Pairs.Select(cells => cells.ToDictionary(cell => cell.Key.ToString(), cell => cell.Value)));
}
