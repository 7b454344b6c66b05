using SVco.Tests;

namespace SVco.Experiments.Tests;

/// <summary>The bundled checkpoints and pairs.</summary>
public class TinyTests
{
    static readonly string Bundled = Path.Combine(Golden.RepositoryRoot, "experiments", "tiny");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Bundled, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Bundled, file))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_bundled_file_is_that_of_the_golden_runs(string file)
    {
        var golden = Path.Combine(Golden.RepositoryRoot, "tests", "golden", "svco");
        string[] places =
        [
            Path.Combine(golden, file),
            Path.Combine(golden, Path.GetDirectoryName(file)!, "checkpoint", Path.GetFileName(file)),
        ];
        Assert.Equal(File.ReadAllBytes(places.First(File.Exists)), File.ReadAllBytes(Path.Combine(Bundled, file)));
    }
}
