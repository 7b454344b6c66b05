using System.Collections.Immutable;
using System.Text.Json;
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

    /// <summary>The table that <see cref="Write"/> wrote; null when there is none yet, it is damaged, or it has another number of pairs.</summary>
    public static ReferenceTable? Read(string file, int pairs)
    {
        try
        {
            return
                File.Exists(file)
                && InputFile.Read(
                    file,
                    "a table of log-probabilities",
                    () =>
                        JsonSerializer
                            .Deserialize<Dictionary<string, double>[]>(TextFile.Utf8(file).Span)!
                            .Select(cells => cells.ToImmutableDictionary(cell => Cell.Parse(cell.Key), cell => cell.Value))
                            .ToImmutableArray()
                )
                    is var entries
                && entries.Length == pairs
                ? new(entries)
                : null;
        }
        catch (UserException)
        {
            return null;
        }
    }

    /// <summary>Writes the table as JSON: for each pair its cells, such as <c>{"W.Match": -12.5}</c>.</summary>
    public void Write(string file) =>
        AtomicOutput.WriteFile(
            file,
            stream =>
                JsonSerializer.Serialize(stream, Pairs.Select(cells => cells.ToDictionary(cell => cell.Key.ToString(), cell => cell.Value)))
        );
}
