using System.Collections.Concurrent;
using SVco.Core;

namespace SVco.Scripting.Host;

/// <summary>The runs that a script has begun. One that nobody awaits must not end in a silent exit code of 0.</summary>
static class ScriptTasks
{
    static readonly ConcurrentQueue<Task<int>> Begun = new();

    /// <summary>Whether our own host runs the script; else whoever runs it knows nothing of what a user's mistake is.</summary>
    public static bool IsOurHost { get; set; }

    /// <summary>Begins a run, and remembers it.</summary>
    public static Task<int> Begin(Func<Task<int>> run)
    {
        if (!IsOurHost && Begun.IsEmpty)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => TellOfOpenRuns();
        }

        var task = IsOurHost ? run() : Told(run);
        Begun.Enqueue(task);
        return task;
    }

    /// <summary>Forgets all that was begun.</summary>
    public static void Clear() => Begun.Clear();

    /// <summary>The exit code of a script that came to its end without one.</summary>
    /// <exception cref="UserException">A run was not awaited.</exception>
    /// <exception cref="Exception">What a run ended with.</exception>
    public static async Task<int> EndAsync()
    {
        var code = 0;
        foreach (var task in Begun)
        {
            code = !task.IsCompleted ? throw new UserException(StillGoing) : Math.Max(code, await task);
        }

        return code;
    }

    const string StillGoing = "The script came to its end while a run was still going, which ends with it. Write `await` before it.";

    static void TellOfOpenRuns()
    {
        if (Begun.Any(task => !task.IsCompleted))
        {
            Console.Error.WriteLine(StillGoing);
            Environment.ExitCode = 1;
        }
    }

    /// <summary>A user's mistake as its message alone, as our own host shows it.</summary>
    static async Task<int> Told(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (UserException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
        catch (InterruptedException error)
        {
            Console.Error.WriteLine(error.Message);
            return ExperimentScript.InterruptedExitCode;
        }
    }
}
