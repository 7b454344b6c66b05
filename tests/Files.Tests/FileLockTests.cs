using SVco.Core;
using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class FileLockTests
{
    [Fact]
    public void One_at_a_time_holds_a_lock_and_nothing_of_it_stays()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("new", "lock");
        using (new FileLock(path, "Somebody works here.", "Go away."))
        {
            Assert.Equal("Somebody works here.", Assert.Throws<UserException>(() => Take(path)).Message);
        }

        Assert.False(File.Exists(path));
        Take(path).Dispose();
    }

    [Fact]
    public void What_a_killed_process_left_is_no_lock()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("lock"), "");
        Take(folder.At("lock")).Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_is_told_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("file"), "");
        var message = Assert.Throws<UserException>(() => Take(folder.At("file", "lock"))).Message;
        Assert.StartsWith($"{folder.At("file")} cannot be written: ", message);
        Assert.EndsWith(". Go away.", message);
    }

    static FileLock Take(string path) => new(path, "Somebody works here.", "Go away.");
}
