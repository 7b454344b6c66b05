using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using SVco.Core;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Files;

namespace SVco.Curation;

/// <summary>A pair whose texts broke a law to the end.</summary>
public sealed record SetAside(string Reason, string Detail, Candidate Candidate)
{
    internal Dropped Loss => new(Candidate.Source, Candidate.Kind, Candidate.Key, Reason, Detail);
}

/// <summary>How far the calls of an augmentation are.</summary>
/// <param name="Done">Pairs that have their texts or are set aside.</param>
/// <param name="Journaled">The first of them, whose answers all came from the journal.</param>
/// <param name="Total">All pairs.</param>
/// <param name="SetAside">Pairs whose texts broke a law to the end.</param>
/// <param name="InputTokens">Tokens of all prompts in the journal.</param>
/// <param name="OutputTokens">Tokens of all answers in the journal.</param>
/// <param name="Spent">What they cost.</param>
/// <param name="Currency">In which currency.</param>
public sealed record AugmentProgress(
    int Done,
    int Journaled,
    int Total,
    int SetAside,
    long InputTokens,
    long OutputTokens,
    double Spent,
    string Currency
)
{
    /// <summary>Tokens, cost, and pairs set aside, for people.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{InputTokens} + {OutputTokens} tokens, {Spent:F4} {Currency}, {SetAside} set aside");
}

/// <summary>The third stage: a question and two answers for every kept pair.</summary>
public static class AugmentStage
{
    const int PairsPerCall = 8;

    /// <summary>So many pairs one after another without an answer are no longer the pairs' fault.</summary>
    const int MostUnanswered = 3;

    /// <summary>Writes the texts as the settings say; see <see cref="RunByRule"/>.</summary>
    /// <param name="settings">The curation.</param>
    /// <param name="dryRun">Only tells the calls and what they would cost.</param>
    /// <param name="output">Told of the calls of a dry run, of damage, and of the end.</param>
    /// <param name="cancel">Ends the run; answers that came are kept.</param>
    /// <param name="progress">Told after each pair when a language model writes.</param>
    /// <exception cref="UserException">The endpoint fails, the key is missing, or the budget is used up; a further run goes on from there.</exception>
    public static async Task<StageReport> RunAsync(
        CurationSettings settings,
        bool dryRun,
        TextWriter output,
        CancellationToken cancel,
        Action<AugmentProgress>? progress = null
    )
    {
        new CurationFolder(settings.Output).RequireUpToDate(new CurationFolder(settings.Output).Kept);
        if (settings.Augment.Augmenter != Augmenter.Chat && dryRun)
        {
            output.WriteLine($"0 calls: the texts are written by rule (augment: augmenter: {settings.Augment.Augmenter}).");
            return new(0, [], []);
        }

        if (settings.Augment.Augmenter != Augmenter.Chat)
        {
            return RunByRule(settings);
        }

        if (dryRun)
        {
            return await DryRunAsync(settings, output, cancel);
        }

        using var client = ChatEndpoint.Open(settings.Augment);
        return await RunByChatAsync(settings, client, output, cancel, progress);
    }

    /// <summary>As <see cref="RunAsync"/> with a client of one's own.</summary>
    public static async Task<StageReport> RunByChatAsync(
        CurationSettings settings,
        IChatClient client,
        TextWriter output,
        CancellationToken cancel,
        Action<AugmentProgress>? progress = null
    )
    {
        var folder = new CurationFolder(settings.Output);
        await using var journal = new AnswerJournal(folder.Journal);
        using var writer = new ChatWriter(client, journal, settings.Augment);
        var total = JsonLines.Read<JsonElement>(folder.Kept, "filter").Count();
        if (journal.Damaged > 0)
        {
            output.WriteLine($"{journal.Damaged} damaged lines of {folder.Journal} are ignored; their calls are made again.");
        }

        using var written = new PartialLines(folder.Augmented);
        using var aside = new PartialLines(folder.SetAside);
        var (journaled, spentBefore) = (0, writer.Spent);
        var (unanswered, reason) = (0, default(UnansweredException));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var ending = stop.Token.Register(writer.EndSoon);
        var running = new Queue<(Candidate Pair, Task<Written> Texts)>();
        try
        {
            // Pairs are started and finished in their order, so the output does not depend on who answers first; so many are under way
            // that one slow answer does not keep the others waiting.
            foreach (var pair in JsonLines.Read<Candidate>(folder.Kept, "filter"))
            {
                if (running.Count == PairsPerCall * settings.Augment.Concurrency)
                {
                    await FinishAsync();
                }

                running.Enqueue((pair, pair.HasTexts ? Task.FromResult(new Written(null)) : writer.WriteAsync(pair, stop.Token)));
            }

            while (running.Count > 0)
            {
                await FinishAsync();
            }
        }
        catch (BudgetException)
        {
            throw new UserException(
                $"The budget of {settings.Augment.Budget} {settings.Augment.Currency} allows no further call: {writer.Spent:F4} are spent, "
                    + $"{written.Count + aside.Count} of {total} pairs are done. Raise augment: budget and run again; no call is repeated."
            );
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running.Select(item => item.Texts)).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (reason is not null && written.Count == 0)
        {
            throw Unanswered(reason);
        }

        written.Complete();
        aside.Complete();
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{total} pairs: {Progress()}; {writer.Spent - spentBefore:F4} {settings.Augment.Currency} in this run"
            )
        );
        return Report(folder, written.Count);

        async Task FinishAsync()
        {
            var (pair, task) = running.Peek();
            Written result;
            try
            {
                result = await task;
                unanswered = 0;
            }
            catch (UnansweredException error)
            {
                (unanswered, reason) = (unanswered + 1, error);
                result = unanswered < MostUnanswered ? new(null, "the server gives no answer", error.Message) : throw Unanswered(error);
            }

            running.Dequeue();
            if (pair.HasTexts || result.Texts is not null)
            {
                written.Add(pair.HasTexts ? pair : With(pair, result.Texts!));
            }
            else
            {
                aside.Add(new SetAside(result.Reason, result.Detail, pair));
            }

            journaled = writer.Calls == 0 ? written.Count + aside.Count : journaled;
            progress?.Invoke(Progress());
        }

        static UserException Unanswered(UnansweredException error) =>
            new($"{error.Message} What was answered is kept; run the command again to go on.", error);

        AugmentProgress Progress() =>
            new(
                written.Count + aside.Count,
                journaled,
                total,
                aside.Count,
                journal.Tokens.Values.Sum(tokens => tokens.Input),
                journal.Tokens.Values.Sum(tokens => tokens.Output),
                writer.Spent,
                settings.Augment.Currency
            );
    }

    static async Task<StageReport> DryRunAsync(CurationSettings settings, TextWriter output, CancellationToken cancel)
    {
        var folder = new CurationFolder(settings.Output);
        await using var journal = new AnswerJournal(folder.Journal);
        using var writer = new ChatWriter(null, journal, settings.Augment);
        var (pairs, answered, calls, cost) = (0, 0, 0, 0.0);
        foreach (var pair in JsonLines.Read<Candidate>(folder.Kept, "filter").Where(pair => !pair.HasTexts))
        {
            var left = (await writer.WriteAsync(pair, cancel)).CallsLeft;
            pairs++;
            if (left == 0)
            {
                answered++;
                continue;
            }

            output.WriteLine($"{left} {(left == 1 ? "call" : "calls")} for {pair.Id}: \"{pair.WCaption}\" / \"{pair.LCaption}\"");
            calls += left;
            cost += ChatWriter.Estimate(pair, left, settings.Augment);
        }

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{calls} calls to {settings.Augment.Model} at {settings.Augment.BaseUrl}, about {cost:F2} {settings.Augment.Currency}, "
                    + $"without answers that must be asked for again; {answered} of {pairs} pairs are answered in the journal ({writer.Spent:F2} {settings.Augment.Currency} so far, budget {settings.Augment.Budget})."
            )
        );
        return new(0, [], []);
    }

    /// <summary>Writes augmented.jsonl and set_aside.jsonl from kept.jsonl; pairs that have their texts keep them.</summary>
    /// <exception cref="UserException">Nothing was kept yet, or no pair got texts.</exception>
    public static StageReport RunByRule(CurationSettings settings)
    {
        var folder = new CurationFolder(settings.Output);
        using var aside = new PartialLines(folder.SetAside);
        var count = JsonLines.Write(folder.Augmented, Written());
        aside.Complete();
        return Report(folder, count);

        IEnumerable<Candidate> Written()
        {
            foreach (var candidate in JsonLines.Read<Candidate>(folder.Kept, "filter"))
            {
                var texts =
                    settings.Augment.Augmenter == Augmenter.None ? TemplateAugmenter.Raw(candidate) : TemplateAugmenter.Write(candidate);
                var breaches =
                    settings.Augment.Augmenter == Augmenter.None || candidate.HasTexts ? [] : ContrastChecker.OfTexts(candidate, texts);
                if (breaches.IsEmpty)
                {
                    yield return With(candidate, texts);
                }
                else
                {
                    aside.Add(new SetAside("texts break a law", string.Join(' ', breaches), candidate));
                }
            }
        }
    }

    static StageReport Report(CurationFolder folder, int count) =>
        new(
            count,
            StageReport.Count(JsonLines.Read<SetAside>(folder.SetAside, "augment").Select(line => line.Loss)),
            [folder.Augmented, folder.SetAside]
        );

    internal static Candidate With(Candidate candidate, PairTexts texts) =>
        candidate.HasTexts
            ? candidate
            : candidate with
            {
                Question = texts.Question,
                WResponse = texts.WResponse,
                LResponse = texts.LResponse,
            };
}
