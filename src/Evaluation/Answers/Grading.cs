using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Files;

namespace SVco.Evaluation.Answers;

/// <summary>Grades answers. A verdict is kept under the content of grader and answer: grading again with the same graders does nothing.</summary>
public static class Grading
{
    /// <summary>Grades what has no verdict yet.</summary>
    /// <param name="items">The items.</param>
    /// <param name="answers">An answer for each item.</param>
    /// <param name="kept">Has the verdicts of before and gets those of now.</param>
    /// <param name="judge">Gives a judge's reply to a request; null where no item needs one.</param>
    /// <returns>A verdict for each answer.</returns>
    /// <exception cref="UserException">A judge is needed and there is none, or the verdicts cannot be kept.</exception>
    public static ImmutableArray<Verdict> Grade(
        IReadOnlyList<Item> items,
        IReadOnlyList<Answer> answers,
        KeyedLines<Verdict> kept,
        Func<JudgeRequest, string>? judge = null
    ) =>
        [
            .. items.Zip(
                answers,
                (item, answer) =>
                {
                    var key = KeyOf(item, answer);
                    if (kept.Find(key) is not { } verdict)
                    {
                        verdict = Verdict.Of(item, answer, judge ?? NoJudge);
                        kept.Add(key, verdict);
                    }

                    return verdict with
                    {
                        Item = item.Id,
                        Run = answer.Run,
                    };

                    string NoJudge(JudgeRequest request) => throw new UserException($"{item.Id} needs a judge, and none is given.");
                }
            ),
        ];

    // A changed grader is another one: its code belongs to its name.
    static string KeyOf(Item item, Answer answer)
    {
        var (type, truth) = item.Task is ItemTask.Write { Grader: var grader }
            ? ($"{grader.GetType()} {grader.GetType().Module.ModuleVersionId}", JsonSerializer.Serialize<object>(grader, JsonLines.Options))
            : ("choose", $"{((ItemTask.Choose)item.Task).Correct}");
        return ContentHash.Of(
            JsonSerializer.Serialize<string[]>([type, truth, answer.Text, .. answer.LogProbs.Select(value => $"{value:R}")])
        );
    }
}
