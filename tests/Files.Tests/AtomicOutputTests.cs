using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class AtomicOutputTests
{
    [Fact]
    public void What_killed_processes_left_goes_and_all_else_stays()
    {
        using var folder = new TemporaryFolder();
        var id = Guid.NewGuid().ToString("N");
        string[] left = [$".report.html.{id}", Path.Combine("model", $".scores.json.{id}"), Path.Combine($".pages.new-{id}", $".a.{id}")];
        string[] others = ["report.html", ".hidden", Path.Combine("model", "scores.json")];
        foreach (var file in left.Concat(others))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.At(file))!);
            File.WriteAllText(folder.At(file), "");
        }

        AtomicOutput.RemoveTemporaries(folder.At());

        Assert.All(left, file => Assert.False(File.Exists(folder.At(file))));
        Assert.All(others, file => Assert.True(File.Exists(folder.At(file))));
    }
}
