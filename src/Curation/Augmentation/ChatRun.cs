using System.Globalization;
using System.Text.Json;
using SVco.Chat;
using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Files;

namespace SVco.Curation.Augmentation;

/// <summary>
/// Lets a language model write the texts of all kept pairs. Pairs are begun and finished in their order, so the files do not depend on whose
/// answer comes first; so many are under way that one slow answer does not keep the others waiting.
/// </summary>
sealed class ChatRun : IDisposable
{
    const int PairsPerCall = 8;

    /// <summary>After this many pairs in a row without an answer it is no longer the pairs' fault.</summary>
    const int MostUnanswered = 3;

    readonly AugmentSettings settings;
    readonly CurationFolder folder;
    readonly AnswerJournal journal;
    readonly ChatWriter writer;
    readonly Action<AugmentProgress> progress;
    readonly PartialLines written;
    readonly PartialLines refused;
    readonly Queue<(Candidate Pair, Task<Written> Texts)> running = [];
    readonly int total;
    readonly double spentBefore;
    int journaled;
    int unanswered;
    UnansweredException? lastUnanswered;

    /// <summary>Opens the files that it writes.</summary>
    /// <param name="settings">What to ask, at what price.</param>
    /// <param name="folder">The curation's.</param>
    /// <param name="journal">Has every answer that was paid for.</param>
    /// <param name="client">The language model.</param>
    /// <param name="progress">Told after each pair.</param>
    public ChatRun(
        AugmentSettings settings,
        CurationFolder folder,
        AnswerJournal journal,
        ChatEndpoint client,
        Action<AugmentProgress> progress
    )
    {
        (this.settings, this.folder, this.journal, this.progress) = (settings, folder, journal, progress);
        total = CurationFolder.Lines<JsonElement>(folder.Kept, "filter").Count();
        writer = new(client, journal, settings);
        spentBefore = writer.Spent;
        (written, refused) = (new(folder.Augmented), new(folder.RefusedByAugment));
    }

    /// <summary>Pairs that have their texts.</summary>
    public int Written => written.Count;

    /// <summary>What it came to, for people.</summary>
    public string Summary =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{total} pairs: {Progress}; {writer.Spent - spentBefore:F4} {settings.Currency} in this run"
        );

    AugmentProgress Progress =>
        new(
            written.Count + refused.Count,
            journaled,
            total,
            refused.Count,
            journal.Tokens.Values.Sum(tokens => tokens.Input),
            journal.Tokens.Values.Sum(tokens => tokens.Output),
            writer.Spent,
            settings.Currency
        );

    /// <summary>Writes augmented.jsonl and refused.augment.jsonl.</summary>
    /// <param name="cancel">Ends it; answers that came are in the journal.</param>
    /// <exception cref="UserException">The endpoint fails or the budget is used up; a further run goes on from there.</exception>
    public async Task WriteAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var ending = stop.Token.Register(writer.EndSoon);
        try
        {
            await WriteAllAsync(stop.Token);
        }
        catch (BudgetException)
        {
            throw new UserException(
                $"The budget of {settings.Budget} {settings.Currency} allows no further call: {writer.Spent:F4} are spent, "
                    + $"{written.Count + refused.Count} of {total} pairs are done. Raise augment: budget and run again; no call is repeated."
            );
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running.Select(item => item.Texts)).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (lastUnanswered is not null && written.Count == 0)
        {
            throw Unanswered(lastUnanswered);
        }

        written.Complete();
        refused.Complete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        written.Dispose();
        refused.Dispose();
        writer.Dispose();
    }

    async Task WriteAllAsync(CancellationToken stop)
    {
        foreach (var pair in CurationFolder.Lines<Candidate>(folder.Kept, "filter"))
        {
            if (running.Count == PairsPerCall * settings.Concurrency)
            {
                await FinishNextAsync();
            }

            running.Enqueue((pair, pair.HasTexts ? Task.FromResult(new Written(null)) : writer.WriteAsync(pair, stop)));
        }

        while (running.Count > 0)
        {
            await FinishNextAsync();
        }
    }

    async Task FinishNextAsync()
    {
        var (pair, task) = running.Peek();
        var result = await ResultOf(task);
        running.Dequeue();
        if (pair.HasTexts || result.Texts is not null)
        {
            written.Add(pair.HasTexts ? pair : AugmentStage.With(pair, result.Texts!));
        }
        else
        {
            refused.Add(new RefusedCandidate(result.Reason, pair, result.Detail));
        }

        journaled = writer.Calls == 0 ? written.Count + refused.Count : journaled;
        progress(Progress);
    }

    async Task<Written> ResultOf(Task<Written> task)
    {
        try
        {
            var result = await task;
            unanswered = 0;
            return result;
        }
        catch (UnansweredException error)
        {
            (unanswered, lastUnanswered) = (unanswered + 1, error);
            return unanswered < MostUnanswered ? new(null, "the server gives no answer", error.Message) : throw Unanswered(error);
        }
    }

    static UserException Unanswered(UnansweredException error) =>
        new($"{error.Message} What was answered is kept; run the command again to go on.", error);
}
