using System.Collections.Immutable;
using System.Globalization;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>A model's answer to an item, as people read it.</summary>
/// <param name="Correctness">Whether it is right.</param>
/// <param name="Texts">What it said, each run.</param>
/// <param name="Marks">The marks in words; empty where right or wrong says all.</param>
/// <param name="Judge">The judge's words, each run; empty where a rule graded.</param>
/// <param name="Unseen">What it said without the image; empty where that was not asked.</param>
/// <param name="UnseenCorrectness">Whether that is right.</param>
sealed record ShownAnswer(
    Correctness Correctness,
    ImmutableArray<string> Texts,
    string Marks,
    ImmutableArray<string> Judge,
    ImmutableArray<string> Unseen,
    Correctness UnseenCorrectness
);

/// <summary>An item with the answers of all models.</summary>
/// <param name="Benchmark">Its benchmark.</param>
/// <param name="Item">The item.</param>
/// <param name="Truth">The truth in words.</param>
/// <param name="Answers">By model; null where it was not asked.</param>
sealed record AnsweredItem(Benchmark Benchmark, Item Item, string Truth, ImmutableArray<ShownAnswer?> Answers)
{
    /// <summary>The categories that it is in, those that hold others first, and its tags.</summary>
    public IEnumerable<string> Categories =>
        Item.Category.Length == 0
            ? Item.Tags
            : Item
                .Category.Index()
                .Where(letter => letter.Item == '/')
                .Select(letter => Item.Category[..letter.Index])
                .Append(Item.Category)
                .Concat(Item.Tags);

    /// <summary>Above 0 where a model's answer is better than the base model's, below 0 where it is worse; 0 too where one has no mark.</summary>
    public int AgainstBase(int model) =>
        Answers[0] is { } before && Answers[model] is { } after && !double.IsNaN(before.Correctness.Value + after.Correctness.Value)
            ? after.Correctness.Value.CompareTo(before.Correctness.Value)
            : 0;

    /// <summary>All items of an evaluation, in the order of its benchmarks.</summary>
    public static IEnumerable<AnsweredItem> Of(EvaluationNumbers numbers) =>
        numbers.Benchmarks.SelectMany(benchmark =>
        {
            var models = numbers
                .Result.Models.Select(model => model.Benchmarks.FirstOrDefault(one => one.Benchmark.Name == benchmark.Name))
                .Select(one => one is null || one.WithImages.IsEmpty ? null : new Said(one))
                .ToArray();
            return benchmark.Items.Select(item => new AnsweredItem(
                benchmark,
                item,
                item.Task.Truth,
                [.. models.Select(model => model?.About(item))]
            ));
        });

    /// <summary>What a model said in a benchmark, by item.</summary>
    sealed class Said(EvaluatedBenchmark one)
    {
        readonly ILookup<string, Answer> answers = one.WithImages.Answers.ToLookup(answer => answer.Item);
        readonly ILookup<string, Verdict> verdicts = one.WithImages.Verdicts.ToLookup(verdict => verdict.Item);
        readonly ILookup<string, Answer> unseen = one.WithoutImages.Answers.ToLookup(answer => answer.Item);
        readonly ILookup<string, Verdict> unseenVerdicts = one.WithoutImages.Verdicts.ToLookup(verdict => verdict.Item);

        public ShownAnswer About(Item item)
        {
            Verdict[] judged = [.. verdicts[item.Id]];
            return new(
                Correctness.Of(one.Benchmark, judged),
                [.. answers[item.Id].Select(answer => TextOf(item.Task, answer))],
                MarksOf(judged),
                [.. judged.Select(verdict => verdict.Note).Where(note => note.Length > 0)],
                [.. unseen[item.Id].Select(answer => TextOf(item.Task, answer))],
                Correctness.Of(one.Benchmark, [.. unseenVerdicts[item.Id]])
            );
        }
    }

    static string TextOf(ItemTask task, Answer answer) =>
        task is not ItemTask.Choose choice ? answer.Text
        : answer.Chosen >= 0 ? choice.Options[answer.Chosen]
        : "(several options are equally probable)";

    /// <summary>All marks by name; nothing where they are those of one rule that is either right or wrong, or of two that agree.</summary>
    static string MarksOf(Verdict[] verdicts)
    {
        var names = verdicts.SelectMany(verdict => verdict.Marks.Keys).Distinct().Order(StringComparer.Ordinal).ToArray();
        var values = verdicts
            .SelectMany(verdict => verdict.Marks)
            .Where(mark => mark.Key is not (Core.Benchmarks.Marks.Unread or Core.Benchmarks.Marks.OfficialUnread))
            .ToArray();
        return values.Select(mark => mark.Value).Distinct().ToArray() is [0 or 1] or []
            ? ""
            : string.Join(
                ", ",
                names.Select(name =>
                    $"{name} {string.Join(" / ", verdicts.Where(verdict => verdict.Marks.ContainsKey(name)).Select(verdict => verdict.Marks[name].ToString("0.##", CultureInfo.InvariantCulture)))}"
                )
            );
    }
}
