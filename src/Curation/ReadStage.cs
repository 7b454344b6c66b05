using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Curation;
using SVco.Curation.Output;
using SVco.Curation.Sources;

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
    /// <exception cref="UserException">There is no data root, no source, or not one candidate.</exception>
    public static StageReport Run(CurationSettings settings)
    {
        var folder = new CurationFolder(settings.Output);
        Directory.CreateDirectory(folder.Path);
        var losses = new Dictionary<(string Source, string Kind, string Reason), int>();
        var count = 0;
        using (var dropped = new PartialLines(folder.DroppedByRead))
        {
            count = JsonLines.Write(
                folder.Candidates,
                Candidates(CandidateSources.Read(settings.DataRoot, settings.Sources), dropped, losses)
            );
            dropped.Complete();
        }

        var report = new StageReport(
            count,
            [
                .. losses
                    .Select(loss => new LossCount(loss.Key.Source, loss.Key.Kind, loss.Key.Reason, loss.Value))
                    .OrderBy(loss => loss.Source, StringComparer.Ordinal)
                    .ThenBy(loss => loss.Kind, StringComparer.Ordinal)
                    .ThenBy(loss => loss.Reason, StringComparer.Ordinal),
            ],
            [folder.Candidates, folder.DroppedByRead]
        );
        return count > 0
            ? report
            : throw new UserException(
                $"No source gave a candidate:\n{string.Join('\n', report.Losses.Select(loss => $"  {loss.Source} {loss.Kind}: {loss.Reason} ({loss.Count})"))}\n"
                    + $"Where each was looked for is in {folder.DroppedByRead}."
            );
    }

    static IEnumerable<Candidate> Candidates(
        IEnumerable<Reading> readings,
        PartialLines dropped,
        Dictionary<(string Source, string Kind, string Reason), int> losses
    )
    {
        foreach (var reading in readings)
        {
            if (reading is Reading.Found(var candidate))
            {
                yield return candidate;
            }
            else if (reading is Reading.Lost(var loss))
            {
                dropped.Add(loss);
                var key = (loss.Source, loss.Kind, loss.Reason);
                losses[key] = losses.GetValueOrDefault(key) + 1;
            }
        }
    }
}
