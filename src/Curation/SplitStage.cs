using System.Collections.Immutable;
using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Files;

namespace SVco.Curation;

/// <summary>The fourth stage: training and validation files in the official format.</summary>
public static class SplitStage
{
    /// <summary>
    /// Splits augmented.jsonl without a common image into train.json and validation.json (and .parquet), each with a .details.jsonl that
    /// has the captions and cosines of the same pairs in the same order.
    /// </summary>
    /// <exception cref="UserException">The pairs have no texts, or the split cannot be made.</exception>
    public static async Task<StageReport> RunAsync(CurationSettings settings)
    {
        var folder = new CurationFolder(settings.Output);
        folder.RequireUpToDate(folder.Augmented);
        var split = PairSplit.Of([.. CurationFolder.Lines<Candidate>(folder.Augmented, "augment")], settings.SplitPlan);
        var train = await WriteAsync(settings, folder.Train, split.Train);
        var validation = await WriteAsync(settings, folder.Validation, split.Validation);
        return new(split.Train.Length + split.Validation.Length, [], [.. train, .. validation]);
    }

    /// <summary>The details of the pairs of a file that this stage wrote.</summary>
    public static string DetailsOf(string file) => Path.ChangeExtension(file, ".details.jsonl");

    static async Task<IEnumerable<string>> WriteAsync(CurationSettings settings, string path, ImmutableArray<Candidate> pairs)
    {
        var filed = pairs.Select(pair => MvcFiles.WithFile(pair, settings.DataRoot, settings.Split.MadeImages)).ToList();
        var entries = filed.Select(pair => MvcFiles.Entry(pair, settings.Split.SystemPrompt)).ToList();
        MvcFiles.WriteJson(path, entries);
        JsonLines.Write(DetailsOf(path), filed);
        if (!settings.Split.Parquet)
        {
            return [path];
        }

        var parquet = Path.ChangeExtension(path, ".parquet");
        await MvcFiles.WriteParquetAsync(parquet, entries);
        return [path, parquet];
    }
}
