using SVco.Models.Hub;

namespace SVco.Experiments;

/// <summary>Says which file of a model is being downloaded, a line for every tenth of it.</summary>
static class DownloadDisplay
{
    public static IProgress<HubProgress> Create()
    {
        var shown = "";
        return new Inline(progress =>
        {
            var line =
                $"downloading {progress.File}: {10 * (progress.TotalBytes == 0 ? 10 : 10 * progress.Bytes / progress.TotalBytes)} % of {progress.TotalBytes / 1e6:0} MB";
            if (line != shown)
            {
                Console.WriteLine(shown = line);
            }
        });
    }

    /// <summary>Progress of the framework would report later and in any order.</summary>
    sealed class Inline(Action<HubProgress> report) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => report(value);
    }
}
