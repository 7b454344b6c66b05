namespace SVco.Scripting.Host;

/// <summary>
/// What Ctrl-C means to one input of a session: the first asks whoever uses <see cref="Token"/> to end cleanly, the next ends the input
/// wherever it is; where nobody uses the token, the first does. The session and its next input know nothing of it.
/// </summary>
/// <param name="close">Called when the input has ended.</param>
sealed class SessionRun(Action close) : IDisposable
{
    readonly CancellationTokenSource asked = new();
    readonly CancellationTokenSource ended = new();
    readonly CancellationTokenSource aborted = new();
    volatile bool isUsed;

    /// <summary>Cancelled when the input is asked to end cleanly.</summary>
    public CancellationToken Token
    {
        get
        {
            isUsed = true;
            return asked.Token;
        }
    }

    /// <summary>Whether somebody asks to be told.</summary>
    public bool IsUsed => isUsed;

    /// <summary>Cancelled when the input is to end wherever it is.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>
    /// Cancelled at the same time, for the thread that is to be aborted. Who cancels waits for the thread, and where that sleeps for ever, for ever: so
    /// it must not be what others wait for.
    /// </summary>
    public CancellationToken Aborted => aborted.Token;

    /// <summary>Whether there was a Ctrl-C.</summary>
    public bool IsInterrupted => asked.IsCancellationRequested;

    /// <summary>Takes a Ctrl-C.</summary>
    public void Interrupt()
    {
        if (isUsed && !IsInterrupted)
        {
            Console.Error.WriteLine("Ending cleanly; press Ctrl-C again to end at once.");
        }
        else
        {
            _ = ended.CancelAsync();
            _ = Task.Factory.StartNew(aborted.Cancel, TaskCreationOptions.LongRunning);
        }

        _ = asked.CancelAsync();
    }

    /// <summary>Gives Ctrl-C back.</summary>
    public void Dispose() => close();
}
