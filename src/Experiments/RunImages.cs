using System.Collections.Concurrent;
using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models.Images;
using SVco.Training;
using SVco.Training.Caching;

namespace SVco.Experiments;

/// <summary>
/// The image files of a run, read and decoded once before training: a broken one would else end the run when its pair comes up. That a content
/// decodes is remembered, so the next run only hashes its files.
/// </summary>
sealed class RunImages
{
    const int MostShown = 10;

    readonly PixelBudget budget = PixelBudget.OfMachine();
    readonly ConcurrentDictionary<ImageSource, string> contents = new();
    readonly ConcurrentDictionary<ImageSource, string> faults = new();

    RunImages() { }

    /// <summary>Reads all images of the pairs.</summary>
    /// <param name="data">The pairs.</param>
    /// <param name="processor">Makes the model's input of each.</param>
    /// <param name="settings">The processor's settings, which name it.</param>
    /// <param name="behaviour">Official or corrected.</param>
    /// <param name="known">Remembers contents that were fine.</param>
    /// <param name="progress">Is told of each image.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static RunImages Read(
        RunData data,
        ImageProcessor processor,
        string settings,
        Behaviour behaviour,
        DiskCache known,
        RunProgress progress,
        CancellationToken stop
    )
    {
        var images = new RunImages();
        ImageSource[] files = [.. data.All.SelectMany(pair => Sides(pair.Pair)).SelectMany(FilesOf).Distinct()];
        using var done = new BlockingCollection<bool>();
        var reading = Task.Run(
            () =>
            {
                try
                {
                    Parallel.ForEach(
                        files,
                        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop },
                        file =>
                        {
                            images.Read(file, processor, settings, behaviour, known);
                            done.Add(true, CancellationToken.None);
                        }
                    );
                }
                finally
                {
                    done.CompleteAdding();
                }
            },
            CancellationToken.None
        );
        progress.Go(
            "images",
            0,
            files.Length,
            done.GetConsumingEnumerable(CancellationToken.None),
            _ => progress.Tell(new RunEvent.Advanced())
        );
        reading.GetAwaiter().GetResult();
        return images;
    }

    /// <summary>The pairs whose images are all fine. The others are refused with their reasons where the experiment goes on without them.</summary>
    /// <param name="data">The pairs.</param>
    /// <param name="skipBroken">Whether it goes on without them.</param>
    /// <param name="refuse">Lists what was refused, before anything is thrown.</param>
    /// <exception cref="UserException">Images are missing or broken, and it does not.</exception>
    public RunData Usable(RunData data, bool skipBroken, Action<RunData> refuse)
    {
        var usable = data.Without(pair =>
            Sides(pair.Pair).SelectMany(FilesOf).Select(file => faults.GetValueOrDefault(file)).FirstOrDefault(fault => fault is not null)
        );
        refuse(usable);
        var broken = usable.Refused[data.Refused.Length..];
        return broken.IsEmpty || skipBroken
            ? usable
            : throw new UserException(
                string.Join(
                    '\n',
                    [
                        $"{RunData.Count(broken.Length, "pair")} cannot be used because of {(broken.Length == 1 ? "its" : "their")} images:",
                        .. broken.Take(MostShown).Select(refusal => $"  {refusal.Id}: {refusal.Reason}"),
                        .. broken.Length > MostShown
                            ? [$"  and {broken.Length - MostShown} more; refused.jsonl lists them all"]
                            : Array.Empty<string>(),
                        Advice(broken),
                    ]
                )
            );
    }

    /// <summary>Names the contents of all images of the pairs together.</summary>
    public string Fingerprint(RunData data) =>
        ContentHash.Of(
            string.Join('\n', data.All.SelectMany(pair => Sides(pair.Pair)).SelectMany(FilesOf).Distinct().Select(file => contents[file]))
        );

    /// <summary>What an image shows, whatever its file is called; as <see cref="ImageContent.Of"/> without reading it again.</summary>
    public string ContentOf(ImageSource image) =>
        contents.GetValueOrDefault(image)
        ?? $"{image} of {string.Join(", ", image.Files.Select(file => contents[new ImageSource.File(file)]))}";

    void Read(ImageSource file, ImageProcessor processor, string settings, Behaviour behaviour, DiskCache known)
    {
        try
        {
            contents[file] = ImageContent.Of(file);
            var key = ContentHash.Of($"fine image\n{contents[file]}\n{behaviour}\n{settings}");
            if (known.Find(key) is null)
            {
                budget.Within(
                    ImageRenderer.SizeOf(file, behaviour),
                    $"{file}",
                    () => processor.Process(ImageRenderer.Render(file, behaviour), behaviour)
                );
                known.Put(key, [1]);
            }
        }
        catch (UserException error)
        {
            contents.TryAdd(file, "");
            faults[file] = error.Message;
        }
    }

    static string Advice(ImmutableArray<Refusal> broken)
    {
        var missing = broken.Count(refusal => refusal.Reason.EndsWith("does not exist.", StringComparison.Ordinal));
        var backslash =
            broken.Any(refusal => refusal.Reason.Contains('\\', StringComparison.Ordinal)) && Path.DirectorySeparatorChar == '/';
        return missing == 0 ? "Mend them, or go on without their pairs: --skip-broken."
            : backslash
                ? "Their paths are of Windows (backslashes, a drive's letter): write them with / and relative to a folder; --images names that folder."
            : "Say where relative paths begin with --images, mend them, or go on without their pairs: --skip-broken.";
    }

    static IEnumerable<ImageSource> Sides(ContrastPair pair) => [pair.W.Image, pair.L.Image];

    /// <summary>What must be decoded for an image: its files, or the bytes in the data.</summary>
    static IEnumerable<ImageSource> FilesOf(ImageSource image) =>
        image switch
        {
            ImageSource.File or ImageSource.Inline => [image],
            ImageSource.Flipped(var of) => FilesOf(of),
            ImageSource.RandomCrop(var of, _, _, _) => FilesOf(of),
            ImageSource.DiffusionNoise(var of, _, _) => FilesOf(of),
            _ => [],
        };
}
