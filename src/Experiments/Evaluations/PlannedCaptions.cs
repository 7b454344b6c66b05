using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models.Images;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>Contrast pairs whose captions are scored under three image conditions (Fig. 2).</summary>
/// <param name="Pairs">The pairs.</param>
sealed record PlannedCaptions(ImmutableArray<ContrastPair> Pairs)
{
    const long ImageCacheBytes = 1L << 28;

    /// <summary>Reads the pairs of a plan; none where it names no file.</summary>
    /// <exception cref="UserException">The file cannot be read, or one of its pairs is none.</exception>
    public static PlannedCaptions Read(EvaluationPlan plan)
    {
        if (plan.Captions is not { } file)
        {
            return new([]);
        }

        var read = MvcJson.Parse(TextFile.Read(file), Path.GetFileName(file), Path.GetDirectoryName(Path.GetFullPath(file))!);
        RequireAll(file, read.Refusals);
        return read.Pairs.IsEmpty ? throw new UserException($"--captions {file}: there is no pair in it.") : new(read.Pairs);
    }

    /// <summary>The pairs as a model's tokens, every image looked at.</summary>
    /// <exception cref="UserException">An image is missing or broken, or a pair cannot be scored whole.</exception>
    public ImmutableArray<PreparedPair> For(AskedFolder model, EvaluationPlan plan, RunProgress progress, CancellationToken stop)
    {
        if (Pairs.IsEmpty)
        {
            return [];
        }

        var tokenizer = Tokenizer.Load(model.Folder);
        var (prepared, refused) = PairPreparation.Prepare(Pairs, ChatFormat.For(tokenizer, model.Folder), int.MaxValue, plan.Behaviour);
        RequireAll(plan.Captions!, refused);
        var data = new RunData(prepared, [], []);
        var settings = ImageProcessor.SettingsOf(model.Folder);
        var known = new DiskCache(CacheRoot.Of("images"), ImageCacheBytes, progress.Note);
        _ = RunImages
            .Read(data, ImageProcessor.Load(model.Folder), settings, plan.Behaviour, known, progress, stop)
            .Usable(data, skipBroken: false, _ => { });
        return prepared;
    }

    static void RequireAll(string file, ImmutableArray<Refusal> refused)
    {
        if (!refused.IsEmpty)
        {
            throw new UserException(
                $"--captions {file}: {RunData.Count(refused.Length, "pair")} cannot be scored. The first is {refused[0].Id}: {refused[0].Reason}"
            );
        }
    }
}
