using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>The caches of runs that are made at the same time.</summary>
public sealed class SharedCacheTests : IDisposable
{
    const int Limit = 20_000;

    readonly string _folder = Directory.CreateTempSubdirectory("svco-shared").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Processes_that_share_a_cache_too_small_for_them_train_as_one_alone_does()
    {
        Assert.Equal(0, (await Run("alone", "own", 1_000_000)).Code);
        Assert.True(Bytes("own") > 2 * Limit, $"All images take {Bytes("own")} bytes: nothing would have to leave.");

        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Run($"{number}", "shared", Limit)));

        Assert.All(together, run => Assert.True(run.Code == 0, run.Output));
        Assert.All(together, run => Assert.DoesNotContain("cache", run.Output));
        Assert.All(Enumerable.Range(0, 4), number => Assert.Equal(Weights("alone"), Weights($"{number}")));
        Assert.InRange(Bytes("shared"), 1, 2 * Limit);
    }

    Task<(string Output, int Code)> Run(string run, string cache, int bytes) =>
        SvcoProcess.RunAsync(
            _folder,
            new Dictionary<string, string?> { ["SVCO_CACHE"] = Path.Combine(_folder, cache) },
            "run",
            Path.Combine(Golden.RepositoryRoot, "experiments", "svco_lvint.csx"),
            "--output",
            run,
            "--max-steps",
            "6",
            "--feature-cache",
            FormattableString.Invariant($"{bytes / 1e9}")
        );

    byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(_folder, run, "checkpoint", "model.safetensors"));

    long Bytes(string cache) =>
        Directory
            .GetFiles(Path.Combine(_folder, cache, "features"), "*", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
}
