using SVco.Files;

namespace SVco.Experiments;

/// <summary>What all runs and evaluations of a user share.</summary>
static class UserCaches
{
    const long FileBytes = 1L << 20;

    /// <summary>A block of the disk for each image that is known to be fine: 65,536 of them.</summary>
    const long ImageBytes = 1L << 28;

    const long ReferenceBytes = 1L << 30;

    /// <summary>The hashes of large files.</summary>
    public static DiskCache Files(RunProgress progress) => Of("files", FileBytes, progress);

    /// <summary>Which images are known to be fine.</summary>
    public static DiskCache Images(RunProgress progress) => Of("images", ImageBytes, progress);

    /// <summary>The reference's log-probabilities.</summary>
    public static DiskCache Reference(RunProgress progress) => Of("reference", ReferenceBytes, progress);

    /// <summary>The image features of frozen vision towers.</summary>
    public static DiskCache Features(double gigabytes, RunProgress progress) => Of("features", (long)(gigabytes * 1e9), progress);

    static DiskCache Of(string name, long maxBytes, RunProgress progress) => new(CacheRoot.Of(name), maxBytes, progress.Note);
}
