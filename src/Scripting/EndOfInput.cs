namespace SVco.Scripting;

/// <summary>
/// How a process that starts others stops them: each reads its standard input, and ends cleanly when that is closed. So none goes on when
/// the starting process was killed, and no system's signals are needed.
/// </summary>
static class EndOfInput
{
    /// <summary>The environment variable that tells a process to heed it.</summary>
    const string Variable = "SVCO_STOP_AT_END_OF_INPUT";

    /// <summary>What makes a process heed it.</summary>
    public static void Ask(IDictionary<string, string?> environment) => environment[Variable] = "1";

    /// <summary>Cancelled by a token and, where this process was asked so, by the end of its input.</summary>
    public static CancellationTokenSource Linked(CancellationToken token)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(token);
        if (Environment.GetEnvironmentVariable(Variable) is not null)
        {
            new Thread(() => Wait(source)) { IsBackground = true }.Start();
        }

        return source;
    }

    static void Wait(CancellationTokenSource source)
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0) { }
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}
