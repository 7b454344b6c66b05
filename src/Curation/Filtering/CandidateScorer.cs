using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Curation.Filtering;

/// <summary>
/// Measures candidates: decodes their images, embeds each distinct image once, and sets the two cosines. Candidates stream through in
/// windows, so that memory does not grow with their number.
/// </summary>
sealed class CandidateScorer(
    string dataRoot,
    ImageTower siglip,
    ImageTower dinov2,
    EmbeddingCache siglipCache,
    EmbeddingCache dinov2Cache,
    EmbeddingCache decodable,
    int batch,
    bool scoreAll
)
{
    readonly Stopwatch clock = new();
    readonly PixelBudget budget = PixelBudget.OfMachine();
    int decoded;

    /// <summary>Images that were decoded; those that were before are not again.</summary>
    public int Decoded => decoded;

    /// <summary>Seconds in all, towers included.</summary>
    public double Seconds => clock.Elapsed.TotalSeconds;

    /// <summary>The candidates with their cosines and contents, or what is wrong with their images, in the same order.</summary>
    public IEnumerable<Reading> Score(IEnumerable<Candidate> candidates)
    {
        foreach (var window in candidates.Chunk(Math.Max(2 * batch, 16)))
        {
            clock.Start();
            var readings = ScoreWindow([.. window]);
            clock.Stop();
            foreach (var reading in readings)
            {
                yield return reading;
            }
        }
    }

    /// <summary>An image of the window: its content, the key of its embeddings, or what is wrong with it.</summary>
    sealed record Seen(string Content, byte[] Key, string? Fault);

    IReadOnlyList<Reading> ScoreWindow(ImmutableArray<Candidate> window)
    {
        var images = window.SelectMany(candidate => (ImageSource[])[candidate.W(dataRoot), candidate.L(dataRoot)]).Distinct().ToList();
        var scored = window
            .Where(candidate => scoreAll || candidate.Screening == Screening.Filtered)
            .SelectMany(candidate => (ImageSource[])[candidate.W(dataRoot), candidate.L(dataRoot)])
            .ToHashSet();
        var seen = new Dictionary<ImageSource, Seen>();
        foreach (var chunk in images.Chunk(batch))
        {
            var prepared = chunk
                .AsParallel()
                .AsOrdered()
                .Select(image => (Image: image, Prepared: Prepare(image, scored.Contains(image))))
                .ToList();
            foreach (var (image, (content, key, _, _, fault)) in prepared)
            {
                seen[image] = new(content, key, fault);
                if (fault is null && !scored.Contains(image) && !decodable.Contains(key))
                {
                    decodable.Add([(key, [])]);
                }
            }

            Embed(siglip, siglipCache, prepared.Select(item => (item.Prepared.Key, item.Prepared.Siglip)));
            Embed(dinov2, dinov2Cache, prepared.Select(item => (item.Prepared.Key, item.Prepared.Dinov2)));
        }

        return [.. window.Select(candidate => Result(candidate, seen))];
    }

    Reading Result(Candidate candidate, Dictionary<ImageSource, Seen> seen)
    {
        var (w, l) = (seen[candidate.W(dataRoot)], seen[candidate.L(dataRoot)]);
        if (w.Fault is { } fault)
        {
            return Refused("positive image cannot be decoded", fault);
        }

        if (l.Fault is { } other)
        {
            return Refused("negative image cannot be decoded", other);
        }

        var measured = candidate with { WContent = w.Content, LContent = candidate.LImage is null ? null : l.Content };
        return new Reading.Found(
            scoreAll || candidate.Screening == Screening.Filtered
                ? measured with
                {
                    SiglipCosine = Cosine(siglipCache, w.Key, l.Key),
                    Dinov2Cosine = Cosine(dinov2Cache, w.Key, l.Key),
                }
                : measured
        );

        Reading Refused(string reason, string detail) =>
            new Reading.Refused(new(candidate.Source, candidate.Kind, candidate.Key, reason, detail));
    }

    /// <summary>Reads and hashes an image; decodes and processes it unless both of its embeddings are there.</summary>
    (string Content, byte[] Key, float[]? Siglip, float[]? Dinov2, string? Fault) Prepare(ImageSource image, bool isScored)
    {
        try
        {
            var path = FileOf(image);
            var data = InputFile.Bytes(path);
            var content = ContentHash.Of(data);
            var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{content} {Edit(image)}"));
            var (needsSiglip, needsDinov2) = (isScored && !siglipCache.Contains(key), isScored && !dinov2Cache.Contains(key));
            if (isScored ? !needsSiglip && !needsDinov2 : decodable.Contains(key))
            {
                return (content, key, null, null, null);
            }

            Interlocked.Increment(ref decoded);
            return budget.Within<(string, byte[], float[]?, float[]?, string?)>(
                ImageDecoder.SizeOf(data, path),
                path,
                () =>
                {
                    var pixels = ImageEdits.Render(image, source => ImageDecoder.Decode(data, $"{source}"));
                    return (content, key, needsSiglip ? siglip.Process(pixels) : null, needsDinov2 ? dinov2.Process(pixels) : null, null);
                }
            );
        }
        catch (UserException error)
        {
            return ("", [], null, null, error.Message);
        }
    }

    static void Embed(ImageTower tower, EmbeddingCache cache, IEnumerable<(byte[] Key, float[]? Pixels)> images)
    {
        var missing = images.Where(image => image.Pixels is not null).DistinctBy(image => Convert.ToHexString(image.Key)).ToList();
        if (missing.Count > 0)
        {
            cache.Add(missing.Select(image => image.Key).Zip(tower.Embed([.. missing.Select(image => image.Pixels!)])));
        }
    }

    static double Cosine(EmbeddingCache cache, byte[] a, byte[] b)
    {
        var (left, right) = (cache.Find(a)!, cache.Find(b)!);
        return Dot(left, right) / Math.Sqrt(Dot(left, left) * Dot(right, right));

        static double Dot(float[] x, float[] y) => x.Zip(y, (first, second) => (double)first * second).Sum();
    }

    static string FileOf(ImageSource image) =>
        image switch
        {
            ImageSource.File(var path) => path,
            ImageSource.Flipped(var of) => FileOf(of),
            ImageSource.RandomCrop(var of, _, _, _) => FileOf(of),
            _ => throw new UnreachableException(),
        };

    static string Edit(ImageSource image) =>
        image switch
        {
            ImageSource.File => "",
            ImageSource.Flipped(var of) => $"{Edit(of)}flip",
            ImageSource.RandomCrop(var of, var minScale, var maxScale, var seed) => FormattableString.Invariant(
                $"{Edit(of)}crop {minScale} {maxScale} {seed}"
            ),
            _ => throw new UnreachableException(),
        };
}
