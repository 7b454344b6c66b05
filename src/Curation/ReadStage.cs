using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Curation.Sources;
using SVco.Files;

namespace SVco.Curation;

/// <summary>How many of what, by reason.</summary>
/// <param name="Passed">Candidates or pairs that go on.</param>
/// <param name="Refusals">What does not, by source, kind and reason.</param>
/// <param name="Files">Where it is written.</param>
public sealed record StageReport(int Passed, ImmutableArray<RefusalCount> Refusals, ImmutableArray<string> Files)
{
    internal static ImmutableArray<RefusalCount> Count(IEnumerable<RefusedEntry> refused) =>
        [
            .. refused
                .CountBy(refusal => (refusal.Source, refusal.Kind, refusal.Reason))
                .Select(group => new RefusalCount(group.Key.Source, group.Key.Kind, group.Key.Reason, group.Value))
                .OrderBy(refusal => refusal.Source, StringComparer.Ordinal)
                .ThenBy(refusal => refusal.Kind, StringComparer.Ordinal)
                .ThenBy(refusal => refusal.Reason, StringComparer.Ordinal),
        ];
}

/// <summary>How many were refused for one reason.</summary>
public sealed record RefusalCount(string Source, string Kind, string Reason, int Count);

/// <summary>The first stage: from the sources to candidates.</summary>
public static class ReadStage
{
    /// <summary>Reads all sources into candidates.jsonl, and what is no candidate into refused.read.jsonl.</summary>
    /// <param name="settings">The curation.</param>
    /// <param name="cancel">Ends it between two entries; what was there before stays.</param>
    /// <exception cref="UserException">There is no data root, no source, or not one candidate.</exception>
    public static StageReport Run(CurationSettings settings, CancellationToken cancel = default)
    {
        var folder = new CurationFolder(settings.Output);
        Directory.CreateDirectory(folder.Path);
        AtomicOutput.WriteFile(folder.DataRoot, stream => stream.Write(Encoding.UTF8.GetBytes(settings.DataRoot)));
        var count = 0;
        using (var refused = new PartialLines(folder.RefusedByRead))
        {
            count = JsonLines.Write(
                folder.Candidates,
                Candidates(CandidateSources.Read(settings.DataRoot, settings.Sources), refused, cancel)
            );
            refused.Complete();
        }

        var report = new StageReport(
            count,
            StageReport.Count(CurationFolder.Lines<RefusedEntry>(folder.RefusedByRead, "read")),
            [folder.Candidates, folder.RefusedByRead]
        );
        return count > 0
            ? report
            : throw new UserException(
                $"No source gave a candidate:\n{string.Join('\n', report.Refusals.Select(refusal => $"  {refusal.Source} {refusal.Kind}: {refusal.Reason} ({refusal.Count}), such as {Example(refusal)}"))}\n"
                    + $"All of them are in {folder.RefusedByRead}."
            );

        string Example(RefusalCount count) =>
            CurationFolder
                .Lines<RefusedEntry>(folder.RefusedByRead, "read")
                .First(refused => (refused.Source, refused.Kind, refused.Reason) == (count.Source, count.Kind, count.Reason)) switch
            {
                { Detail: "" } refused => refused.Key,
                var refused => $"{refused.Key}: {refused.Detail}",
            };
    }

    static IEnumerable<Candidate> Candidates(IEnumerable<Reading> readings, PartialLines refused, CancellationToken cancel)
    {
        foreach (var reading in readings)
        {
            cancel.ThrowIfCancellationRequested();
            if (reading is Reading.Found(var candidate))
            {
                yield return candidate;
            }
            else if (reading is Reading.Refused(var refusal))
            {
                refused.Add(refusal);
            }
        }
    }
}
