using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using SVco.Core;
using SVco.Core.Curation;
using SVco.Curation.Augmentation;
using SVco.Curation.Output;

namespace SVco.Curation;

/// <summary>A pair whose texts broke a law to the end.</summary>
public sealed record SetAside(string Reason, string Detail, Candidate Candidate);

/// <summary>The third stage: a question and two answers for every kept pair.</summary>
public static class AugmentStage
{
    /// <summary>Writes the texts as the settings say; see <see cref="RunByRule"/>.</summary>
    /// <param name="settings">The curation.</param>
    /// <param name="dryRun">Only tells the calls and what they would cost.</param>
    /// <param name="output">Told of calls and progress.</param>
    /// <param name="cancel">Ends the run; answers that came are kept.</param>
    /// <exception cref="UserException">The endpoint fails, the key is missing, or the budget is used up; a further run goes on from there.</exception>
    public static async Task<StageReport> RunAsync(CurationSettings settings, bool dryRun, TextWriter output, CancellationToken cancel)
    {
        if (settings.Augment.Augmenter != Augmenter.Chat)
        {
            return RunByRule(settings);
        }

        var folder = new CurationFolder(settings.Output);
        if (dryRun)
        {
            return DryRun(settings, folder, output);
        }

        using var client = ChatEndpoint.Open(settings.Augment);
        return await RunByChatAsync(settings, client, output, cancel);
    }

    /// <summary>As <see cref="RunAsync"/> with a client of one's own.</summary>
    public static async Task<StageReport> RunByChatAsync(
        CurationSettings settings,
        IChatClient client,
        TextWriter output,
        CancellationToken cancel
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
        var lost = new List<Dropped>();
        var clock = Stopwatch.StartNew();
        var (said, spentBefore) = (TimeSpan.Zero, writer.Spent);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = new Queue<(Candidate Pair, Task<Written> Texts)>();
        try
        {
            // Pairs are started in their order and finished in their order, so the output does not depend on who answers first.
            foreach (var pair in JsonLines.Read<Candidate>(folder.Kept, "filter"))
            {
                if (running.Count == settings.Augment.Concurrency)
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
                $"The budget of {settings.Augment.Budget} {settings.Augment.Price.Currency} allows no further call: {writer.Spent:F4} are spent, "
                    + $"{written.Count + aside.Count} of {total} pairs are done. Raise augment: budget and run again; no call is repeated."
            );
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running.Select(item => item.Texts)).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        written.Complete();
        aside.Complete();
        output.WriteLine(Progress());
        return new(written.Count, StageReport.Count(lost), [folder.Augmented, folder.SetAside]);

        async Task FinishAsync()
        {
            var (pair, task) = running.Peek();
            var result = await task;
            running.Dequeue();
            if (pair.HasTexts || result.Texts is not null)
            {
                written.Add(pair.HasTexts ? pair : With(pair, result.Texts!));
            }
            else
            {
                aside.Add(new SetAside(result.Reason, result.Detail, pair));
                lost.Add(new(pair.Source, pair.Kind, pair.Key, result.Reason, result.Detail));
            }

            if (clock.Elapsed - said > TimeSpan.FromSeconds(5))
            {
                said = clock.Elapsed;
                output.WriteLine(Progress());
            }
        }

        string Progress()
        {
            var done = written.Count + aside.Count;
            var left = done == 0 ? TimeSpan.Zero : clock.Elapsed / done * (total - done);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"augment: {done} of {total} pairs, {aside.Count} set aside, {journal.InputTokens} + {journal.OutputTokens} tokens, "
                    + $"{writer.Spent:F4} {settings.Augment.Price.Currency} ({writer.Spent - spentBefore:F4} in this run), {left:hh\\:mm\\:ss} left"
            );
        }
    }

    static StageReport DryRun(CurationSettings settings, CurationFolder folder, TextWriter output)
    {
        // Whatever a pair's calls came to, two of its answers are enough for it not to be asked again.
        var answers = AnswerJournal.AnswersByPair(folder.Journal);
        var (calls, cost, done) = (0, 0.0, 0);
        foreach (var pair in JsonLines.Read<Candidate>(folder.Kept, "filter").Where(pair => !pair.HasTexts))
        {
            if (answers.GetValueOrDefault(pair.Id) >= 2)
            {
                done++;
                continue;
            }

            output.WriteLine($"2 calls for {pair.Id}: \"{pair.PositiveCaption}\" / \"{pair.NegativeCaption}\"");
            calls += 2;
            cost += ChatWriter.Estimate(pair, settings.Augment);
        }

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{calls} calls to {settings.Augment.Model} at {settings.Augment.BaseUrl}, about {cost:F2} {settings.Augment.Price.Currency}; {done} pairs are answered in the journal."
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
        var lost = new List<Dropped>();
        var count = JsonLines.Write(folder.Augmented, Written());
        aside.Complete();
        return new(count, StageReport.Count(lost), [folder.Augmented, folder.SetAside]);

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
                    lost.Add(new(candidate.Source, candidate.Kind, candidate.Key, "texts break a law", string.Join(' ', breaches)));
                }
            }
        }
    }

    internal static Candidate With(Candidate candidate, PairTexts texts) =>
        candidate.HasTexts
            ? candidate
            : candidate with
            {
                Question = texts.Question,
                PositiveResponse = texts.PositiveResponse,
                NegativeResponse = texts.NegativeResponse,
            };
}
