using System.Collections.Immutable;
using SVco.Chat;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Answers;
using SVco.Evaluation.Judges;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Judges;

public sealed class JudgingTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A person's own, whose truth no JSON of its constructor shows.</summary>
    sealed record Own : Grader.Rule
    {
        public Own(string truth) => Truth = truth;

        public override string Truth { get; }

        /// <summary>What is calculated is no part of the grader: this has no end.</summary>
        public Own Itself => this;

        public override ImmutableSortedDictionary<string, double> Grade(string answer) => Marks.Of(("right", answer == Truth ? 1 : 0));
    }

    sealed record Function(Func<string, bool> IsRight) : Grader.Rule
    {
        public override string Truth => "what the function likes";

        public override ImmutableSortedDictionary<string, double> Grade(string answer) => Marks.Of(("right", IsRight(answer) ? 1 : 0));
    }

    async Task<ImmutableArray<Verdict>> Grade(IEnumerable<Grader> graders, Func<int, string> answerOf)
    {
        var items = graders
            .Select((grader, at) => new Item($"{at}", "", $"{at}", null, "Is it?", new ItemTask.Write(grader, 8)))
            .ToImmutableArray();
        var settings = new JudgeSettings();
        await using var journal = new AnswerJournal(folder.At("judge.journal"));
        using var calls = new PaidCalls(null, journal, settings);
        using var kept = new KeyedLines<Verdict>(folder.At("verdicts.jsonl"));
        return await Judging.GradeAsync(
            new("Mine", "general", items, [new("accuracy", "right")]),
            [.. items.Select((item, at) => new Answer(item.Id, 0, answerOf(at), []))],
            kept,
            new Judge(calls, settings),
            runs: 1,
            () => { },
            CancellationToken.None
        );
    }

    /// <summary>Answers to items with one truth have one verdict, which several threads would want to keep at a time.</summary>
    [Fact]
    public async Task Many_equal_answers_are_graded_once_and_each_has_its_verdict()
    {
        for (var round = 0; round < 3; round++)
        {
            var verdicts = await Grade(
                Enumerable.Range(0, 300).Select(at => new Own(at % 2 == 0 ? "yes" : "no")),
                at => at % 3 == 0 ? "yes" : "no"
            );
            Assert.Equal(Enumerable.Range(0, 300).Select(at => $"{at}"), verdicts.Select(verdict => verdict.Item));
            Assert.Equal(
                Enumerable.Range(0, 300).Select(at => (at % 2 == 0) == (at % 3 == 0) ? 1.0 : 0),
                verdicts.Select(verdict => verdict.Marks["right"])
            );
            Assert.Equal(4, File.ReadLines(folder.At("verdicts.jsonl")).Count());
        }
    }

    [Fact]
    public async Task A_grader_that_is_no_plain_value_is_told()
    {
        var error = await Assert.ThrowsAsync<UserException>(() => Grade([new Function(_ => true)], _ => "yes"));
        Assert.Contains("no plain value", error.Message);
    }
}
