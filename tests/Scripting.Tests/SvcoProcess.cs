using System.Diagnostics;

namespace SVco.Scripting.Tests;

/// <summary>The command <c>svco</c> as a process of its own, with a cache of the test's own but for compiled scripts.</summary>
static class SvcoProcess
{
    /// <summary>Compiling a script takes seconds, and most tests run the same few.</summary>
    static readonly string CompiledScripts = Directory.CreateTempSubdirectory("svco-test-scripts").FullName;

    static SvcoProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(CompiledScripts, recursive: true);

    public static Process Start(string folder, params string[] args) => Start(folder, [], args);

    /// <summary>With variables of its own.</summary>
    public static Process Start(string folder, Dictionary<string, string?> variables, params string[] args)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "SVco.Scripting.dll"), .. args];
        return StartCommand(folder, variables, command);
    }

    /// <summary>A session of <c>svco repl</c> that takes its inputs from a pipe.</summary>
    public static Process StartRepl(string folder) =>
        StartCommand(folder, [], isFed: true, "dotnet", Path.Combine(AppContext.BaseDirectory, "SVco.Scripting.dll"), "repl");

    /// <summary>Another command in the same surroundings.</summary>
    public static Process StartCommand(string folder, Dictionary<string, string?> variables, params string[] command) =>
        StartCommand(folder, variables, isFed: false, command);

    static Process StartCommand(string folder, Dictionary<string, string?> variables, bool isFed, params string[] command)
    {
        // A test runner that was started in the background ignores Ctrl-C, one without a terminal SIGHUP, and its children would too.
        var cache = Path.Combine(folder, "cache");
        if (!Directory.Exists(cache))
        {
            Directory.CreateDirectory(cache);
            Directory.CreateSymbolicLink(Path.Combine(cache, "scripts"), CompiledScripts);
        }

        string[] whole = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,HUP", .. command] : command;
        var start = new ProcessStartInfo(whole[0], whole[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = isFed,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SVCO_CACHE"] = cache, ["XDG_CACHE_HOME"] = cache },
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>What it wrote, errors last, and its exit code.</summary>
    public static Task<(string Output, int Code)> RunAsync(string folder, params string[] args) => RunAsync(folder, [], args);

    /// <summary>With variables of its own.</summary>
    public static async Task<(string Output, int Code)> RunAsync(string folder, Dictionary<string, string?> variables, params string[] args)
    {
        using var process = Start(folder, variables, args);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (output + await error, process.ExitCode);
    }
}
