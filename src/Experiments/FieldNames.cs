using SVco.Core;
using SVco.Core.Fields;

namespace SVco.Experiments;

/// <summary>The fields of an experiment by name.</summary>
static class FieldNames
{
    const int MostNear = 3;

    static readonly Dictionary<string, Field> Fields = Experiment.AllFields.ToDictionary(field => field.Path);

    /// <summary>The field of a dotted name.</summary>
    /// <param name="path">The name.</param>
    /// <param name="place">Where it stands, such as <c>, line 3</c>.</param>
    /// <exception cref="UserException">There is none; the message names near ones.</exception>
    public static Field Find(string path, string place = "") =>
        Fields.GetValueOrDefault(path)
        ?? throw new UserException(
            $"There is no field {path}{place}. Near it: {string.Join(", ", Fields.Keys.OrderBy(name => Distance(path, name)).Take(MostNear))}."
        );

    /// <summary>How far a name is from a field's: that of the last part counts too, and a group is near its own fields.</summary>
    static int Distance(string given, string path) =>
        path.StartsWith(given + ".", StringComparison.Ordinal)
            ? 0
            : Math.Min(Edits(given, path), Edits(given, path[(path.LastIndexOf('.') + 1)..]));

    /// <summary>The fewest letters to insert, remove or exchange (Levenshtein 1966).</summary>
    static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 0; i < from.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < to.Length; j++)
            {
                var exchanged = diagonal + (from[i] == to[j] ? 0 : 1);
                (diagonal, row[j + 1]) = (row[j + 1], Math.Min(exchanged, Math.Min(row[j], row[j + 1]) + 1));
            }
        }

        return row[^1];
    }
}
