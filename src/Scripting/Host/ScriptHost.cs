using SVco.Experiments;

namespace SVco.Scripting.Host;

/// <summary>
/// Runs C# scripts (.csx) as dotnet script does, without needing it, with errors for people and a cache: a script that was compiled
/// before starts without loading the compiler.
/// </summary>
public static class ScriptHost
{
    /// <summary>Runs a script to its end.</summary>
    /// <param name="file">The script.</param>
    /// <param name="args">What the script sees as <c>Args</c>.</param>
    /// <param name="options">The surroundings; null is <see cref="ScriptHostOptions.FromEnvironment"/>.</param>
    /// <returns>
    /// The exit code: what the script returns if that is an int, else 0; 1 after an error, 2 when there is no such file, 130 after
    /// an interrupt.
    /// </returns>
    public static async Task<int> RunAsync(string file, IReadOnlyList<string> args, ScriptHostOptions? options = null)
    {
        options ??= ScriptHostOptions.FromEnvironment();
        var path = Path.GetFullPath(Repository.Find(file, options.WorkingFolder), options.WorkingFolder);
        if (!File.Exists(path))
        {
            options.Error.WriteLine($"There is no script {file}{(file == path ? "" : $" ({path})")}.");
            return 2;
        }
        IReadOnlyList<string> files = [path];
        try
        {
            var content = File.ReadAllBytes(path);
            var cache = new ScriptCache(options.CacheFolder, options.Error.WriteLine);
            var script = cache.Find(path, content) ?? Compile(path, content, cache, options);
            files = [.. script.Sources.Select(source => source.Path)];
            foreach (var warning in script.Warnings)
            {
                options.Error.WriteLine(warning);
            }

            ScriptTasks.Clear();
            return await script.RunAsync(args) switch
            {
                int code => code,
                // A last line without `await`.
                Task<int> run => await run,
                null => await ScriptTasks.EndAsync(),
                _ => 0,
            };
        }
        catch (ScriptCompilationException error)
        {
            options.Error.WriteLine(error.Message);
            return 1;
        }
        catch (OperationCanceledException error) when (Interrupt.Token.IsCancellationRequested)
        {
            options.Error.WriteLine(error is InterruptedException ? error.Message : "Interrupted.");
            return 130;
        }
        catch (Exception error)
        {
            options.Error.WriteLine(ScriptFailure.Describe(error, files, options));
            return 1;
        }
    }

    static CompiledScript Compile(string path, byte[] content, ScriptCache cache, ScriptHostOptions options)
    {
        var script = ScriptCompiler.Compile(path, content, file => ScriptFailure.Show(file, options));
        cache.Store(path, content, script);
        return script;
    }
}
