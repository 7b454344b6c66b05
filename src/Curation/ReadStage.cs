using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Curation.Sources;
using SVco.Files;

namespace SVco.Curation;

/// <summary>How many of what, by reason.</summary>
/// <param name="Passed">Candidates or pairs that go on.</param>
/// <param name="Losses">What does not, by source, kind and reason.</param>
/// <param name="Files">Where it is written.</param>
public sealed record StageReport(int Passed, ImmutableArray<LossCount> Losses, ImmutableArray<string> Files)
{
    internal static ImmutableArray<LossCount> Count(IEnumerable<Dropped> dropped) =>
        [
            .. dropped
                .CountBy(loss => (loss.Source, loss.Kind, loss.Reason))
                .Select(group => new LossCount(group.Key.Source, group.Key.Kind, group.Key.Reason, group.Value))
                .OrderBy(loss => loss.Source, StringComparer.Ordinal)
                .ThenBy(loss => loss.Kind, StringComparer.Ordinal)
                .ThenBy(loss => loss.Reason, StringComparer.Ordinal),
        ];
}

/// <summary>So many were lost for one reason.</summary>
public sealed record LossCount(string Source, string Kind, string Reason, int Count);

/// <summary>The first stage: from the sources to candidates.</summary>
public static class ReadStage
{
    /// <summary>Reads all sources into candidates.jsonl, and what is no candidate into dropped.read.jsonl.</summary>
    /// <param name="settings">The curation.</param>
    /// <param name="cancel">Ends it between two entries; what was there before stays.</param>
    /// <exception cref="UserException">There is no data root, no source, or not one candidate.</exception>
    public static StageReport Run(CurationSettings settings, CancellationToken cancel = default)
    {
        var folder = new CurationFolder(settings.Output);
        Directory.CreateDirectory(folder.Path);
        AtomicOutput.WriteFile(folder.DataRoot, stream => stream.Write(Encoding.UTF8.GetBytes(settings.DataRoot)));
        var count = 0;
        using (var dropped = new PartialLines(folder.DroppedByRead))
        {
            count = JsonLines.Write(
                folder.Candidates,
                Candidates(CandidateSources.Read(settings.DataRoot, settings.Sources), dropped, cancel)
            );
            dropped.Complete();
        }

        var report = new StageReport(
            count,
            StageReport.Count(JsonLines.Read<Dropped>(folder.DroppedByRead, "read")),
            [folder.Candidates, folder.DroppedByRead]
        );
        return count > 0
            ? report
            : throw new UserException(
                $"No source gave a candidate:\n{string.Join('\n', report.Losses.Select(loss => $"  {loss.Source} {loss.Kind}: {loss.Reason} ({loss.Count})"))}\n"
                    + $"Where each was looked for is in {folder.DroppedByRead}."
            );
    }

    static IEnumerable<Candidate> Candidates(IEnumerable<Reading> readings, PartialLines dropped, CancellationToken cancel)
    {
        foreach (var reading in readings)
        {
            cancel.ThrowIfCancellationRequested();
            if (reading is Reading.Found(var candidate))
            {
                yield return candidate;
            }
            else if (reading is Reading.Lost(var loss))
            {
                dropped.Add(loss);
            }
        }
    }
}
