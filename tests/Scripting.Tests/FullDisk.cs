using System.Diagnostics;

namespace SVco.Scripting.Tests;

/// <summary>A small file system in memory, mounted for a test.</summary>
sealed class FullDisk : IDisposable
{
    readonly string _path;

    FullDisk(string path) => _path = path;

    /// <summary>Whether this user may mount one.</summary>
    public static async Task<bool> IsPossible()
    {
        var path = Directory.CreateTempSubdirectory("svco-disk").FullName;
        try
        {
            var mounted = await Succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path);
            return mounted && await Succeeds("umount", path);
        }
        finally
        {
            Directory.Delete(path);
        }
    }

    public static async Task<FullDisk> Mount(string path, int kilobytes)
    {
        Directory.CreateDirectory(path);
        Assert.True(await Succeeds("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", path));
        return new FullDisk(path);
    }

    public async Task Grow(int kilobytes) => Assert.True(await Succeeds("mount", "-o", $"remount,size={kilobytes}k", _path));

    public void Dispose() => Process.Start("umount", ["-l", _path]).WaitForExit();

    static async Task<bool> Succeeds(string command, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(command, args) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
