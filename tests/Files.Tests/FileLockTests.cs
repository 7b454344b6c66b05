using System.Globalization;
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

    [Fact]
    public async Task Who_waits_for_a_lock_comes_one_after_the_other()
    {
        using var folder = new TemporaryFolder();
        var file = folder.At("count");
        File.WriteAllText(file, "0");
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        using var held = FileLock.Wait(folder.At("lock"), () => { }, "Go away.", CancellationToken.None);
                        var count = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
                        Thread.Sleep(1);
                        File.WriteAllText(file, $"{count + 1}");
                    })
                )
        );
        Assert.Equal("8", File.ReadAllText(file));
    }

    [Fact]
    public void Waiting_for_a_lock_is_told_once_and_can_be_ended()
    {
        using var folder = new TemporaryFolder();
        using var held = FileLock.Wait(folder.At("lock"), () => { }, "Go away.", CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var told = 0;
        Assert.Throws<OperationCanceledException>(() =>
            FileLock.Wait(
                folder.At("lock"),
                () =>
                {
                    told++;
                    stop.CancelAfter(500);
                },
                "Go away.",
                stop.Token
            )
        );
        Assert.Equal(1, told);
    }

    static FileLock Take(string path) => new(path, "Somebody works here.", "Go away.");
}
