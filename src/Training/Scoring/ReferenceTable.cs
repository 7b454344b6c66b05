using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Objectives;
using SVco.Files;

namespace SVco.Training;

/// <summary>The reference's log-probabilities of all pairs of a run, kept so that a run that goes on needs no reference model.</summary>
/// <param name="Pairs">The cells of each pair, by its index in <see cref="TrainingSetup.Pairs"/>; none where the objective needs no reference.</param>
public sealed record ReferenceTable(ImmutableArray<ImmutableDictionary<Cell, double>> Pairs)
{
    static readonly JsonSerializerOptions Options = StrictJson.Of(new());

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

    /// <summary>The table of some pairs, wherever they stood when <see cref="Write"/> wrote it; null when there is none, it is damaged, or a pair is not in it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">The pairs' names by their contents; see <see cref="ReferenceKeys"/>.</param>
    /// <param name="note">Is told why a file is not taken.</param>
    public static ReferenceTable? Read(string file, ImmutableArray<string> names, Action<string> note)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            var known = Entries(file);
            var missing = names.Count(name => !known.ContainsKey(name));
            return missing == 0
                ? new([.. names.Select(name => known[name].ToImmutableDictionary(cell => Cell.Parse(cell.Key), cell => cell.Value))])
                : throw new UserException($"{file} has no numbers of {missing} of {names.Length} pairs as they are now");
        }
        catch (UserException error)
        {
            note($"{error.Message.TrimEnd('.')}. The reference is scored again.");
            return null;
        }
    }

    static ImmutableDictionary<string, ImmutableDictionary<string, double>> Entries(string file)
    {
        var isOld = false;
        var value = SealedJson.Read<JsonElement>(file, _ => isOld = true);
        return isOld || value.ValueKind == JsonValueKind.Array
            ? throw new UserException($"{file} was written by an earlier version, which did not say of which pair its numbers are")
            : InputFile.Read(
                file,
                "a table of log-probabilities",
                () =>
                    StrictJson
                        .Read<ImmutableDictionary<string, ImmutableDictionary<string, double>?>>(
                            Encoding.UTF8.GetBytes(value.GetRawText()),
                            Options
                        )
                        .ToImmutableDictionary(pair => pair.Key, pair => pair.Value ?? throw new JsonException($"{pair.Key} is null."))
            );
    }

    /// <summary>Writes the table: for each pair by its name its cells, such as <c>{"W.Match": -12.5}</c>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">The pairs' names; equal ones have equal cells.</param>
    public void Write(string file, ImmutableArray<string> names) =>
        SealedJson.Write(
            file,
            names
                .Zip(Pairs)
                .DistinctBy(pair => pair.First)
                .ToDictionary(pair => pair.First, pair => pair.Second.ToDictionary(cell => cell.Key.ToString(), cell => cell.Value))
        );
}
