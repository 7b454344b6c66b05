using System.Runtime.InteropServices;
using SVco.Training.Distributed;

namespace SVco.Scripting.Host;

/// <summary>
/// Ctrl-C (SIGINT), SIGTERM, SIGHUP (the terminal was closed) and on Linux SIGUSR1: the first asks to end cleanly, the second ends at once. It works in every process that uses
/// <see cref="Token"/>, also under dotnet script; where nobody asks for the token, the first Ctrl-C ends at once as usual.
/// </summary>
public static class Interrupt
{
    const int LinuxUser1 = 10;

    static readonly CancellationTokenSource Source = new();
    static readonly PosixSignalRegistration[] Registrations;
    static volatile SessionRun? run;

    static Interrupt()
    {
        Console.SetOut(new TerminalWriter(Console.Out));
        Console.SetError(new TerminalWriter(Console.Error));
        Registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
            // What launchers and Slurm send before they end a job; MPI's pass it on to all ranks.
            .. OperatingSystem.IsLinux()
                ? [PosixSignalRegistration.Create((PosixSignal)LinuxUser1, OnSignal)]
                : Array.Empty<PosixSignalRegistration>(),
        ];
    }

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public static CancellationToken Token => run?.Token ?? Source.Token;

    /// <summary>Does something that a command goes on with when it was interrupted.</summary>
    /// <param name="args">The command's arguments.</param>
    /// <param name="run">Does it until it is asked to stop.</param>
    /// <exception cref="InterruptedException">It was interrupted.</exception>
    internal static async Task TellAsync(IEnumerable<string> args, Func<CancellationToken, Task> run)
    {
        var stop = Token;
        try
        {
            await run(stop);
        }
        catch (OperationCanceledException error) when (stop.IsCancellationRequested)
        {
            throw new InterruptedException([.. args], error);
        }
    }

    /// <summary>Whether the process was asked to end: by Ctrl-C outside of sessions, SIGTERM, or a closed terminal.</summary>
    internal static bool IsEnding => Source.IsCancellationRequested;

    /// <summary>From now on, until the result is disposed, Ctrl-C ends an input of a session and not the process.</summary>
    internal static SessionRun Session()
    {
        var before = run;
        return run = new SessionRun(() => run = before);
    }

    static void OnSignal(PosixSignalContext signal)
    {
        if (run is { } input)
        {
            OnSignal(signal, input);
            return;
        }

        // Not taking the second signal leaves it to the system, which ends the process. A closed terminal gives one by itself and one by its shell.
        if (Source.IsCancellationRequested && signal.Signal != PosixSignal.SIGHUP)
            return;
        signal.Cancel = true;
        if (Collectives.IsFirst)
        {
            Console.Error.WriteLine("Ending cleanly; press Ctrl-C again to end at once.");
        }

        _ = Source.CancelAsync();
    }

    static void OnSignal(PosixSignalContext signal, SessionRun input)
    {
        if (signal.Signal != PosixSignal.SIGINT)
        {
            // Nothing that could be saved is under way, or it was asked for before.
            if (!input.IsUsed || IsEnding)
                return;
            _ = Source.CancelAsync();
        }

        signal.Cancel = true;
        input.Interrupt();
    }
}
