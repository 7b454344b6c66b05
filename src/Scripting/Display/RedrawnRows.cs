namespace SVco.Scripting.Display;

/// <summary>Rows of a terminal that are drawn over each time they change.</summary>
/// <param name="interrupt">Cancelled by Ctrl-C, which prints a line of its own below the rows.</param>
sealed class RedrawnRows(CancellationToken interrupt)
{
    int before;
    bool interruptSeen;

    /// <summary>What moves the cursor to the first of the rows drawn before and clears them; empty where there are none.</summary>
    /// <param name="rows">How many rows will be drawn now.</param>
    public string Over(int rows)
    {
        // The line that Ctrl-C printed stays: begin anew under it.
        if (interrupt.IsCancellationRequested && !interruptSeen)
        {
            (interruptSeen, before) = (true, 0);
        }

        var back = before > 0 ? $"\u001b[{before}A\r\u001b[J" : "";
        before = rows;
        return back;
    }
}
