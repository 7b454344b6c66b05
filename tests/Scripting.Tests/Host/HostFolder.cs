using SVco.Scripting.Host;

namespace SVco.Scripting.Tests;

/// <summary>A temporary folder with scripts, a small prelude of its own, and a cache.</summary>
public sealed class HostFolder : IDisposable
{
    public HostFolder() =>
        // Where the prelude says the assemblies are there is nothing: the host knows better.
        Write(
            "scripting/prelude.csx",
            """
            #r "bin/Release/SVco.Core.dll"
            #r "bin/Release/SVco.Scripting.dll"
            global using SVco.Core;
            global using SVco.Scripting.Host;
            global using System.Runtime.CompilerServices;
            static string ThisFile([CallerFilePath] string path = "") => path;
            var preludeFile = ThisFile();
            """
        );

    public string Path { get; } = Directory.CreateTempSubdirectory("svco-host").FullName;

    public StringWriter Error { get; } = new();

    public string Cache => PathOf("cache");

    public ScriptHostOptions Options =>
        new()
        {
            CacheFolder = Cache,
            Error = Error,
            WorkingFolder = Path,
        };

    /// <summary>What a script wrote into the file <c>Args[0]</c>.</summary>
    public string Output => File.ReadAllText(PathOf("output"));

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    /// <summary>Copies a file into a sub-folder.</summary>
    public void Copy(string file, string subFolder) =>
        File.Copy(file, System.IO.Path.Combine(Directory.CreateDirectory(PathOf(subFolder)).FullName, System.IO.Path.GetFileName(file)));

    /// <summary>Runs a script of this content as run.csx; <c>Args[0]</c> is the file of <see cref="Output"/>.</summary>
    public Task<int> RunAsync(string content, params string[] args) => RunAsync(content, Options, args);

    public Task<int> RunAsync(string content, ScriptHostOptions options, params string[] args) =>
        ScriptHost.RunAsync(Write("run.csx", content), [PathOf("output"), .. args], options);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
