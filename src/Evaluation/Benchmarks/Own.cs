using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>How a benchmark of one's own is asked and graded.</summary>
public sealed record OwnSettings
{
    /// <summary>What it measures; see <see cref="Benchmark.Domain"/>.</summary>
    public string Domain { get; init; } = "general";

    /// <summary>The folder of its images; that of the file where null.</summary>
    public string? Images { get; init; }

    /// <summary>
    /// Columns that the file has beside those that are read. Another that is not known is refused: a misspelt one would be lost without a word.
    /// </summary>
    public ImmutableArray<string> NotRead { get; init; } = [];

    /// <summary>The most tokens of an answer.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>
    /// Grades an item by its true answer and its choices, which may be none. Null: with choices by the option that the answer names, without by
    /// the answer itself, freed of case, of signs at its ends and of number words.
    /// </summary>
    public Func<string, ImmutableArray<string>, Grader>? Grader { get; init; }

    /// <summary>What is reported; where empty, the accuracy, and that of groups where the file has some.</summary>
    public ImmutableArray<Metric> Metrics { get; init; } = [];
}

/// <summary>Reads a benchmark of one's own.</summary>
public static class Own
{
    const string Group = "group";

    static readonly ImmutableArray<string> Columns = ["question", "answer"];
    static readonly ImmutableArray<string> Optional = ["id", "image", "choices", "category", Group];

    /// <summary>
    /// Reads a table: .jsonl, .csv, .tsv or .parquet with the columns question and answer, and perhaps id, image, choices, category and group.
    /// </summary>
    /// <param name="name">The benchmark's name in tables, with which its items' ids begin.</param>
    /// <param name="path">
    /// The file. An image is a path in the folder of images; in Parquet also a struct with the file's bytes. Choices are a list of texts, in CSV
    /// written like ["red", "blue"]; they are listed below the question, a letter each, and the answer is a letter or a choice's text.
    /// </param>
    /// <param name="settings">How it is asked and graded.</param>
    /// <exception cref="UserException">The file or an image is missing or damaged; the message says all that is wrong.</exception>
    public static Benchmark Read(string name, string path, OwnSettings? settings = null) =>
        Read(name, path, settings ?? new(), PictureCache.OfUser);

    internal static Benchmark Read(string name, string path, OwnSettings settings, PictureCache pictures)
    {
        var full = Path.GetFullPath(path);
        var file = new DataFile.OnDisk(full);
        var images = settings.Images is { } folder ? new DataFolder.OnDisk(Path.GetFullPath(folder)) : file.Folder;
        var reading = new Reading(new(Behaviour.Corrected), tree: null, pictures);
        var items = reading.Items(Rows(file, settings, reading), (row, number) => ItemOf(row, number, images, settings, reading));
        reading.RequireNoDoubles(items);
        if (!reading.Faults.IsEmpty)
        {
            throw new UserException(BenchmarkFinding.Refusal(name, full, reading.Faults));
        }

        return items.IsEmpty
            ? throw new UserException($"{full} has no item.")
            : new(
                name,
                settings.Domain,
                [.. items.Select(item => BenchmarkSource.Named(item, name))],
                settings.Metrics.IsEmpty ? MetricsOf(items) : settings.Metrics
            );
    }

    static IEnumerable<Row> Rows(DataFile file, OwnSettings settings, Reading reading)
    {
        var known = Columns.Concat(Optional).Concat(settings.NotRead).ToHashSet();
        switch (Path.GetExtension(file.Name).ToLowerInvariant())
        {
            case ".jsonl" or ".ndjson":
                return JsonRows.Lines(file).Select(Known);
            case ".csv" or ".tsv":
                return CsvRows.Read(file, reading, Columns).Select(Known);
            case ".parquet":
                RequireKnown(ParquetRows.Columns(file), file.Name);
                return ParquetRows.Read(file, reading, Columns, Optional);
            case var other:
                throw new UserException(
                    $"{file.Shown} ends in \"{other}\"; a benchmark of one's own comes as .jsonl, .csv, .tsv or .parquet."
                );
        }

        Row Known(Row row)
        {
            RequireKnown(row.Fields.Select(field => field.Key), row.Place);
            return row;
        }

        void RequireKnown(IEnumerable<string> names, string place)
        {
            // Each is told once.
            foreach (var name in names.Where(known.Add))
            {
                reading.Fault(
                    $"columns are not known (known are {string.Join(", ", Columns.Concat(Optional))}; name in NotRead what is not to be read)",
                    $"{name} ({place})"
                );
            }
        }
    }

    static ImmutableArray<Metric> MetricsOf(ImmutableArray<Item> items) =>
        [
            new Metric("accuracy", Marks.Corrected) { Over = Over.Items },
            .. items.Any(item => item.Group != item.Id)
                ? [new Metric("accuracy of groups", Marks.Corrected, Averaged: false)]
                : ImmutableArray<Metric>.Empty,
            new Metric("answers that cannot be read", Marks.Unread, HigherIsBetter: false, Averaged: false) { Over = Over.Items },
        ];

    static Item ItemOf(Row row, int number, DataFolder images, OwnSettings settings, Reading reading)
    {
        var id = row.TextOrNull("id") ?? $"{number + 1}";
        var (question, answer) = (row.Text("question"), row.Text("answer"));
        var choices = row.Fields["choices"] is JsonArray ? row.Texts("choices") : PythonList.ParseOrEmpty(row.TextOrNull("choices"));
        return new(
            id,
            row.TextOrNull("category") ?? "",
            row.TextOrNull(Group) ?? id,
            row.Image ?? (row.TextOrNull("image") is { } image ? reading.Image(row, images, image) : null),
            choices.IsEmpty ? question : OfficialText.AskForLetter(WithChoices(question, choices)),
            new ItemTask.Write(settings.Grader?.Invoke(answer, choices) ?? GraderOf(answer, choices), settings.MaxNewTokens)
        );
    }

    static string WithChoices(string question, ImmutableArray<string> choices) =>
        string.Join('\n', [question, .. choices.Select((choice, index) => $"{OfficialText.Letter(index)}. {choice}")]);

    static Grader GraderOf(string answer, ImmutableArray<string> choices)
    {
        if (choices.IsEmpty)
        {
            return new RealWorldQaGrader(answer, AsksForLetter: false);
        }

        if (choices.IndexOf(answer) is not (>= 0 and var correct))
        {
            correct = OfficialText.OptionOf(answer, choices.Length);
        }
        else if (answer is [var letter] && letter - 'A' is var option && option >= 0 && option < choices.Length && option != correct)
        {
            throw new RowException(
                "answers are one choice's text and another's letter (write the text of the right choice differently)",
                answer
            );
        }

        return new LabelGrader($"({OfficialText.Letter(correct)})", choices);
    }
}
