using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>What a person must know to read a number right, and the mark that stands at the number.</summary>
/// <param name="Mark">A letter, or a sign.</param>
/// <param name="Text">A sentence or several.</param>
sealed record EvaluationNote(string Mark, string Text);

/// <summary>The notes of an evaluation.</summary>
static class EvaluationNotes
{
    const string NotCounted = "!";
    const string OtherRule = "r";
    const string NoChange = "0";
    const string NoChoice = "?";
    const string OtherMetrics = "M";
    const string Asked = "S";
    const string Unreadable = "J";

    /// <summary>The mark of a benchmark; empty where there is nothing to know.</summary>
    public static string MarkOf(EvaluationNumbers numbers, string benchmark) =>
        OfBenchmarks(numbers).FirstOrDefault(note => note.Benchmark == benchmark).Note?.Mark ?? "";

    /// <summary>The mark of a column of Table 1.</summary>
    public static string MarkOf(EvaluationNumbers numbers, TableColumn column) =>
        string.Join(
            ',',
            new[]
            {
                MarkOf(numbers, column.Benchmark),
                RuleNumbers.Differ(numbers, column) ? OtherRule : "",
                HasNoChange(numbers, column) ? NoChange : "",
                RuleNumbers.IsOfficial(column.Metric) && UnreadReplies(numbers).Any(one => one.Benchmark == column.Benchmark)
                    ? Unreadable
                    : "",
            }.Where(mark => mark.Length > 0)
        );

    /// <summary>The mark of the average improvements; empty where all are over the same numbers.</summary>
    public static string MarkOfImprovements(EvaluationNumbers numbers) => OverMetrics(numbers).Length > 0 ? OtherMetrics : "";

    /// <summary>A model's name with the mark of how it was asked; the name alone where that is as usual and the same for all.</summary>
    public static string NameOf(EvaluationNumbers numbers, string model) =>
        AskedUnusually(numbers).Length > 0 ? $"{model} [{Asked}]" : model;

    /// <summary>The mark of a score of which not all items are counted.</summary>
    /// <param name="score">The score.</param>
    /// <param name="metric">Its metric.</param>
    /// <param name="items">The benchmark's items.</param>
    public static string MarkOf(Score score, Metric metric, IEnumerable<Item> items) =>
        score.Counted < Counted(metric, items) ? NotCounted : "";

    /// <summary>All notes, in the order of the table.</summary>
    public static ImmutableArray<EvaluationNote> Of(EvaluationNumbers numbers) =>
        [
            .. OfBenchmarks(numbers).Select(one => one.Note),
            .. NotCountedAnswers(numbers).Select(text => new EvaluationNote(NotCounted, text)),
            .. UnreadReplies(numbers).Select(one => new EvaluationNote(Unreadable, one.Text)),
            .. NotNumbers(numbers).Select(text => new EvaluationNote(NotCounted, text)),
            .. AskedUnusually(numbers) is { Length: > 0 } asked ? [new EvaluationNote(Asked, asked)] : Array.Empty<EvaluationNote>(),
            .. OverMetrics(numbers) is { Length: > 0 } over ? [new EvaluationNote(OtherMetrics, over)] : Array.Empty<EvaluationNote>(),
            .. numbers
                .Table.Columns.Where(column => HasNoChange(numbers, column))
                .Select(column => new EvaluationNote(
                    NoChange,
                    $"{Name(column)}: the score of {numbers.Base} is 0, so there is no relative change; the average improvement leaves it out."
                )),
            .. numbers.Table.Columns.Any(column => RuleNumbers.Differ(numbers, column))
                ?
                [
                    new EvaluationNote(
                        OtherRule,
                        "The official and the corrected rule give this number differently; both stand in the table \"By both rules\"."
                    ),
                ]
                : Array.Empty<EvaluationNote>(),
            .. numbers is { Result.Choosing: { } choosing, Choice: null }
                ?
                [
                    new EvaluationNote(
                        NoChoice,
                        $"None of {string.Join(", ", choosing.Checkpoints)} can be chosen: there is no average improvement over {numbers.Base}"
                            + (
                                choosing.Share is { } share
                                    ? $" on the {NumberText.Of(100 * share)} % of the items that choose. Give a larger share, or more items."
                                    : "."
                            )
                    ),
                ]
                : Array.Empty<EvaluationNote>(),
        ];

    /// <summary>A column in words.</summary>
    public static string Name(TableColumn column) => $"{column.Benchmark} {column.Metric.Name}";

    static IEnumerable<(string Benchmark, EvaluationNote Note)> OfBenchmarks(EvaluationNumbers numbers) =>
        numbers
            .Result.Notes.Where(note => note.Judge.Length > 0 || !note.Warnings.IsEmpty)
            .Select(
                (note, at) =>
                    (
                        note.Benchmark,
                        new EvaluationNote(
                            Letters(at),
                            $"{note.Benchmark}: "
                                + string.Join(
                                    " ",
                                    note.Warnings.Prepend(note.Judge.Length > 0 ? $"judged by {note.Judge}" : "")
                                        .Where(text => text.Length > 0)
                                        .Select(Sentence)
                                )
                        )
                    )
            );

    static string Sentence(string text) => text[^1] is '.' or '!' or '?' ? text : $"{text}.";

    static string Letters(int at) => at < 26 ? $"{(char)('a' + at)}" : $"{Letters((at / 26) - 1)}{(char)('a' + (at % 26))}";

    /// <summary>How answers came about, where not all were written greedily, once, in fp32.</summary>
    static string AskedUnusually(EvaluationNumbers numbers)
    {
        var groups = numbers
            .Result.Models.GroupBy(
                model => Decoding.Of(model.Settings.IsEmpty ? numbers.Result.Settings : model.Settings),
                model => model.Name
            )
            .ToArray();
        return groups switch
        {
            [var all] => all.Key == Decoding.Default ? "" : $"All models: {all.Key}.",
            _ =>
                $"The models were asked in different ways, so that numbers differ by more than the models: {string.Join("; ", groups.Select(group => $"{string.Join(" and ", group)} {group.Key}"))}.",
        };
    }

    /// <summary>Over which numbers the average improvements are, where these differ.</summary>
    static string OverMetrics(EvaluationNumbers numbers)
    {
        var groups = numbers
            .Table.Rows.Where(row => row.Improvement is { Metrics: > 0 })
            .GroupBy(row => string.Join(", ", row.Improvement!.Over.Select(one => $"{one.Benchmark} {one.Metric.Name}")), row => row.Model)
            .ToArray();
        return groups.Length < 2
            ? ""
            : $"The average improvements are over different numbers and are not ranked: {string.Join("; ", groups.Select(group => $"{string.Join(" and ", group)} over {group.Key}"))}.";
    }

    static IEnumerable<string> NotCountedAnswers(EvaluationNumbers numbers) =>
        numbers
            .Table.Columns.Index()
            .Select(column =>
                (
                    column.Item.Benchmark,
                    column.Item.Metric.Name,
                    Missing: string.Join(
                        ", ",
                        from row in numbers.Table.Rows
                        let cell = row.Cells[column.Index]
                        where cell is not null
                        let all = Counted(column.Item.Metric, ItemsOf(numbers, column.Item.Benchmark))
                        where cell.Score.Counted < all
                        select $"{all - cell.Score.Counted} of {all} of {row.Model}"
                    )
                )
            )
            .Where(column => column.Missing.Length > 0)
            .GroupBy(column => (column.Benchmark, column.Missing), column => column.Name)
            .Select(same =>
                $"{same.Key.Benchmark} {string.Join(" and ", same)}: answers that have no mark are left out, since a failure is no score: {same.Key.Missing}."
            );

    /// <summary>Replies of a judge that the official rule cannot read, and counts all the same.</summary>
    static IEnumerable<(string Benchmark, string Text)> UnreadReplies(EvaluationNumbers numbers) =>
        from benchmark in numbers.Benchmarks
        let asked = (
            from model in numbers.Result.Models
            from one in model.Benchmarks
            where one.Benchmark.Name == benchmark.Name
            from part in new[] { (model.Name, one.WithImages.Verdicts), (Name: $"{model.Name} without images", one.WithoutImages.Verdicts) }
            let unread = part.Verdicts.Where(verdict => verdict.Marks.ContainsKey(Marks.OfficialUnread)).ToArray()
            where unread.Length > 0
            select (Words: $"{unread.Length} of {part.Verdicts.Length} of {part.Name}", unread[0].Marks)
        ).ToArray()
        where asked.Length > 0
        select (
            benchmark.Name,
            $"{benchmark.Name}: replies of the judge could not be read: {string.Join(", ", asked.Select(one => one.Words))}. The official rule counts them as {CountedAs(asked[0].Marks)}; the corrected rule leaves out what it cannot read either."
        );

    static string CountedAs(ImmutableSortedDictionary<string, double> marks) =>
        string.Join(
            ", ",
            marks
                .Where(mark => mark.Key.StartsWith(Marks.Official, StringComparison.Ordinal) && mark.Key != Marks.OfficialUnread)
                .Select(mark =>
                    $"{(mark.Key == Marks.Official ? "score" : mark.Key[(Marks.Official.Length + 1)..])} {NumberText.Of(mark.Value, 0)}"
                )
        );

    /// <summary>A judge may write "nan", which the official scripts take for a number.</summary>
    static IEnumerable<string> NotNumbers(EvaluationNumbers numbers) =>
        from column in numbers.Table.Columns
        from model in numbers.Result.Models
        from one in model.Benchmarks
        where one.Benchmark.Name == column.Benchmark
        let count = one.WithImages.Verdicts.Count(verdict =>
            verdict.Marks.TryGetValue(column.Metric.Mark, out var mark) && double.IsNaN(mark)
        )
        where count > 0
        select $"{Name(column)} of {model.Name} is no number: the judge has replied \"nan\" {count} times, which the official script averages. The corrected rule leaves such replies out.";

    static bool HasNoChange(EvaluationNumbers numbers, TableColumn column)
    {
        var at = numbers.Table.Columns.IndexOf(column);
        return numbers.Table.Rows.Length > 1 && numbers.Table.Rows[0].Cells[at] is { Score.Value: <= 0 };
    }

    static int Counted(Metric metric, IEnumerable<Item> items) =>
        items.Count(item => metric.Only is not { } tag || item.Tags.Contains(tag));

    /// <summary>A benchmark's items.</summary>
    public static ImmutableArray<Item> ItemsOf(EvaluationNumbers numbers, string benchmark) =>
        numbers.Benchmarks.First(one => one.Name == benchmark).Items;
}
