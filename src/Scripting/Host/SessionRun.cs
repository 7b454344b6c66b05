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
        }

        _ = asked.CancelAsync();
    }

    /// <summary>Gives Ctrl-C back.</summary>
    public void Dispose() => close();
}
