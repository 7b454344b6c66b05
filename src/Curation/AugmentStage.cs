using System.Globalization;
using SVco.Chat;
using SVco.Core;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Files;

namespace SVco.Curation;

/// <summary>The third stage: a question and two answers for every kept pair.</summary>
public static class AugmentStage
{
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

        return await RunByChatAsync(settings, output, cancel, progress ?? (_ => { }));
    }

    static async Task<StageReport> RunByChatAsync(
        CurationSettings settings,
        TextWriter output,
        CancellationToken cancel,
        Action<AugmentProgress> progress
    )
    {
        using var client = new ChatEndpoint(settings.Augment);
        var folder = new CurationFolder(settings.Output);
        await using var journal = new AnswerJournal(folder.Journal);
        if (journal.Damaged > 0)
        {
            output.WriteLine($"{journal.Damaged} damaged lines of {folder.Journal} are ignored; their calls are made again.");
        }

        using var run = new ChatRun(settings.Augment, folder, journal, client, progress);
        await run.WriteAsync(cancel);
        output.WriteLine(run.Summary);
        return Report(folder, run.Written);
    }

    static async Task<StageReport> DryRunAsync(CurationSettings settings, TextWriter output, CancellationToken cancel)
    {
        var folder = new CurationFolder(settings.Output);
        await using var journal = new AnswerJournal(folder.Journal);
        using var writer = new ChatWriter(null, journal, settings.Augment);
        var (pairs, answered, calls, cost) = (0, 0, 0, 0.0);
        foreach (var pair in CurationFolder.Lines<Candidate>(folder.Kept, "filter").Where(pair => !pair.HasTexts))
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

    /// <summary>Writes augmented.jsonl and refused.augment.jsonl from kept.jsonl; pairs that have their texts keep them.</summary>
    /// <exception cref="UserException">Nothing was kept yet, or no pair got texts.</exception>
    public static StageReport RunByRule(CurationSettings settings)
    {
        var folder = new CurationFolder(settings.Output);
        using var refused = new PartialLines(folder.RefusedByAugment);
        var count = JsonLines.Write(folder.Augmented, Written());
        refused.Complete();
        return Report(folder, count);

        IEnumerable<Candidate> Written()
        {
            foreach (var candidate in CurationFolder.Lines<Candidate>(folder.Kept, "filter"))
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
                    refused.Add(new RefusedCandidate("texts break a law", candidate, string.Join(' ', breaches)));
                }
            }
        }
    }

    static StageReport Report(CurationFolder folder, int count) =>
        new(
            count,
            StageReport.Count(CurationFolder.Lines<RefusedCandidate>(folder.RefusedByAugment, "augment").Select(line => line.Entry)),
            [folder.Augmented, folder.RefusedByAugment]
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
