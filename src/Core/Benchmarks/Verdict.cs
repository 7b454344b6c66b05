using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>What a model answered.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Run">Which of several answers to the item it is, from 0.</param>
/// <param name="Text">What was written; empty where an option was chosen.</param>
/// <param name="LogProbs">The log-probability of each option; empty where text was written.</param>
public sealed record Answer(string Item, int Run, string Text, ImmutableArray<double> LogProbs)
{
    /// <summary>The index of the most probable option; -1 where several share the highest log-probability or none is a number.</summary>
    public int Chosen
    {
        get
        {
            var best = LogProbs.Max();
            return LogProbs.Count(value => value == best) == 1 ? LogProbs.IndexOf(best) : -1;
        }
    }
}

/// <summary>What an answer is worth.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Run">Which of several answers to the item, or of several judgements of one.</param>
/// <param name="Marks">The marks by name; none where grading failed.</param>
/// <param name="Note">The judge's words, or why grading failed; empty for a rule.</param>
public sealed record Verdict(string Item, int Run, ImmutableSortedDictionary<string, double> Marks, string Note = "")
{
    /// <summary>Grades an answer by what its item says.</summary>
    /// <param name="item">The item.</param>
    /// <param name="answer">An answer to it.</param>
    /// <param name="judge">Gives a judge's reply to a request; items without a judge don't need it.</param>
    public static Verdict Of(Item item, Answer answer, Func<JudgeRequest, string> judge)
    {
        ImmutableArray<string> replies = [];
        while (true)
        {
            switch (Next(item, answer, replies))
            {
                case (null, { } verdict):
                    return verdict;
                case ({ } request, _):
                    replies = replies.Add(judge(request));
                    break;
            }
        }
    }

    /// <summary>One step of grading an answer: the verdict, or what a judge must be asked before there is one.</summary>
    /// <param name="item">The item.</param>
    /// <param name="answer">An answer to it.</param>
    /// <param name="replies">The replies to the requests that this gave before, in order; none at first.</param>
    /// <returns>Either is null.</returns>
    public static (JudgeRequest? Ask, Verdict? Verdict) Next(Item item, Answer answer, ImmutableArray<string> replies) =>
        item.Task switch
        {
            ItemTask.Choose choice => (
                null,
                new(item.Id, answer.Run, Benchmarks.Marks.Of((ItemTask.Choose.Right, answer.Chosen == choice.Correct ? 1 : 0)))
            ),
            ItemTask.Write { Grader: Grader.Rule rule } => (null, new(item.Id, answer.Run, rule.Grade(answer.Text))),
            ItemTask.Write { Grader: Grader.Judge judge } => Next(item, answer, judge, replies),
            _ => throw new ArgumentException($"{item.Id} has a task that is not known.", nameof(item)),
        };

    static (JudgeRequest? Ask, Verdict? Verdict) Next(Item item, Answer answer, Grader.Judge judge, ImmutableArray<string> replies)
    {
        var marks = replies.IsEmpty ? null : judge.Read(replies[^1]);
        return marks is null && judge.Request(answer.Text, replies.Length) is { } request ? (request, null)
            : replies.IsEmpty ? throw new ArgumentException($"{item.Id} has a judge that is asked nothing.", nameof(item))
            : (null, new Verdict(item.Id, answer.Run, marks ?? judge.GiveUp(replies), replies[^1]));
    }
}
