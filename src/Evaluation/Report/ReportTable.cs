using System.Collections.Immutable;
using System.Globalization;
using SVco.Files;

namespace SVco.Evaluation.Report;

/// <summary>The numbers behind a table or a figure, as they go into a CSV file.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Columns">The head line.</param>
/// <param name="Rows">Texts and numbers; null is an empty field.</param>
public sealed record ReportTable(string File, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<object?>> Rows)
{
    /// <summary>Writes the table as CSV with full precision, as a whole or not at all.</summary>
    /// <param name="folder">An existing folder.</param>
    public void Write(string folder) =>
        AtomicOutput.WriteFile(
            Path.Combine(folder, File),
            stream =>
            {
                using var text = new StreamWriter(stream, leaveOpen: true);
                foreach (var row in Rows.Prepend([.. Columns]))
                {
                    text.WriteLine(
                        string.Join(',', row.Select(field => Quoted(Convert.ToString(field, CultureInfo.InvariantCulture) ?? "")))
                    );
                }
            }
        );

    // RFC 4180.
    static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
