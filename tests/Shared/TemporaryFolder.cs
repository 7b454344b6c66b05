namespace SVco.Tests;

/// <summary>A folder of its own that is gone after the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("svco-").FullName;

    public string At(params string[] parts) => Path.Combine([root, .. parts]);

    public void Dispose() => Directory.Delete(root, recursive: true);
}
