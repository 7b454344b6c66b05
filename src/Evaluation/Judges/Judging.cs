using System.Collections.Immutable;
using SVco.Chat;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Answers;

namespace SVco.Evaluation.Judges;

/// <summary>Grades answers, by rules or by a judge. A verdict is kept; what could not be judged has none and is asked again another time.</summary>
public static class Judging
{
    /// <summary>After this many answers in a row without a reply it is no longer the answers' fault.</summary>
    const int MostUnanswered = 3;

    /// <summary>The note of an answer that nobody judged yet.</summary>
    public const string NotJudged = "not judged";

    /// <summary>Grades what has no verdict yet, several answers at a time.</summary>
    /// <param name="benchmark">The benchmark; its name belongs to what is asked.</param>
    /// <param name="answers">Answers to its items.</param>
    /// <param name="kept">Has the verdicts of before and gets those of now.</param>
    /// <param name="judge">Asked where no rule grades.</param>
    /// <param name="runs">How often each answer is judged; a judge varies.</param>
    /// <param name="each">Told after each verdict, from any thread.</param>
    /// <param name="stop">No further call is made; those under way are awaited.</param>
    /// <returns>For each answer a verdict, or one for each run of the judge. One without marks begins its note with <see cref="NotJudged"/>.</returns>
    /// <exception cref="UserException">The server fails, the budget is used up, or verdicts cannot be kept; a further call goes on from there.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static async Task<ImmutableArray<Verdict>> GradeAsync(
        Benchmark benchmark,
        IReadOnlyList<Answer> answers,
        KeyedLines<Verdict> kept,
        Judge judge,
        int runs,
        Action each,
        CancellationToken stop
    )
    {
        var items = benchmark.Items.ToDictionary(item => item.Id);
        var asked = answers
            .SelectMany(answer => Enumerable.Range(0, IsJudged(items[answer.Item]) ? runs : 1).Select(run => (Answer: answer, Run: run)))
            .ToArray();
        var verdicts = new Verdict[asked.Length];
        // Equal answers have one verdict, which is asked and paid for once.
        var alike = asked
            .Index()
            .GroupBy(one => KeyOf(one.Item.Answer, one.Item.Run), one => one.Index)
            .Select(places => places.ToArray())
            .ToArray();
        var unanswered = 0;
        try
        {
            await Parallel.ForEachAsync(
                alike,
                new ParallelOptions { MaxDegreeOfParallelism = judge.Concurrency, CancellationToken = stop },
                async (places, cancel) =>
                {
                    var verdict = await OneAsync(asked[places[0]].Answer, asked[places[0]].Run, cancel);
                    foreach (var at in places)
                    {
                        verdicts[at] = verdict with { Item = asked[at].Answer.Item, Run = NumberOf(asked[at].Answer, asked[at].Run) };
                        each();
                    }
                }
            );
        }
        catch (BudgetException)
        {
            throw new UserException(
                $"{benchmark.Name}: the judge's budget allows no further call. Raise --judge-budget and run again; what was paid for is kept."
            );
        }

        return [.. verdicts];

        string KeyOf(Answer answer, int run) =>
            Grading.KeyOf(items[answer.Item], answer, IsJudged(items[answer.Item]) ? $"{judge.Name} {run}" : "");

        int NumberOf(Answer answer, int run) => IsJudged(items[answer.Item]) ? (answer.Run * runs) + run : answer.Run;

        async Task<Verdict> OneAsync(Answer answer, int run, CancellationToken cancel)
        {
            var item = items[answer.Item];
            var (key, number) = (KeyOf(answer, run), NumberOf(answer, run));
            if (kept.Find(key) is { } known)
            {
                return known;
            }

            try
            {
                var verdict = await GradedAsync(item, answer, run == 0 ? item.Id : $"{item.Id} run {run}", cancel);
                if (verdict is null)
                {
                    return new(item.Id, number, Marks.None, $"{NotJudged}: no reply is recorded");
                }

                Interlocked.Exchange(ref unanswered, 0);
                kept.Add(key, verdict);
                return verdict;
            }
            catch (UnansweredException error)
            {
                return Interlocked.Increment(ref unanswered) < MostUnanswered
                    ? new(item.Id, number, Marks.None, $"{NotJudged}: {error.Message}")
                    : throw new UserException($"{error.Message} What was judged is kept; run the command again to go on.", error);
            }
        }

        async Task<Verdict?> GradedAsync(Item item, Answer answer, string about, CancellationToken cancel)
        {
            ImmutableArray<string> replies = [];
            while (true)
            {
                var (request, verdict) = Verdict.Next(item, answer, replies);
                if (request is null)
                {
                    return verdict;
                }

                if (await judge.ReplyAsync(about, request, replies.Length, cancel) is not { } reply)
                {
                    return null;
                }

                replies = replies.Add(reply);
            }
        }
    }

    /// <summary>What judging answers would cost if each reply were as long as it may be and the first could be used.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="answers">Those to be judged.</param>
    /// <param name="judge">The judge.</param>
    /// <param name="priceOf">What a model costs.</param>
    /// <returns>The requests' number and their price.</returns>
    public static (int Calls, double Cost) Estimate(
        Benchmark benchmark,
        IEnumerable<Answer> answers,
        Judge judge,
        Func<string, TokenPrice> priceOf
    )
    {
        var items = benchmark.Items.ToDictionary(item => item.Id);
        double[] costs =
        [
            .. answers
                .Select(answer => Verdict.Next(items[answer.Item], answer, []).Ask)
                .OfType<JudgeRequest>()
                .Select(judge.RequestOf)
                .Select(request => priceOf(request.Model).Of(request.ExpectedTokens, request.MaxOutputTokens)),
        ];
        return (costs.Length, costs.Sum());
    }

    static bool IsJudged(Item item) => item.Task is ItemTask.Write { Grader: Grader.Judge };
}
