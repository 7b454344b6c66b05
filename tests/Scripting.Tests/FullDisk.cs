namespace SVco.Scripting.Tests;

/// <summary>A small file system in memory, mounted for a test.</summary>
sealed class FullDisk : IDisposable
{
    readonly string _path;

    public FullDisk(string path, int kilobytes)
    {
        _path = Directory.CreateDirectory(path).FullName;
        Assert.True(MountFactAttribute.Succeeds("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", path));
    }

    public void Grow(int kilobytes) => Assert.True(MountFactAttribute.Succeeds("mount", "-o", $"remount,size={kilobytes}k", _path));

    public void MakeReadOnly() => Assert.True(MountFactAttribute.Succeeds("mount", "-o", "remount,ro", _path));

    public void Dispose() => MountFactAttribute.Succeeds("umount", "-l", _path);
}
