using SVco.Scripting.Display;
using SVco.Scripting.Host;

namespace SVco.Scripting.Commands;

/// <summary>Shows how far a stage of a curation is: a bar with the time left in a terminal, a line now and then elsewhere.</summary>
sealed class DataProgress(string title)
{
    IProgressDisplay? shown;
    int last;

    /// <summary>So many of so many are done.</summary>
    /// <param name="done">Items that are done.</param>
    /// <param name="before">Of those, what was done before and took no time.</param>
    /// <param name="total">All items.</param>
    /// <param name="what">More to say.</param>
    public void Show(int done, int before, int total, string what)
    {
        if (done == before && done < total)
        {
            return;
        }

        if (shown is null)
        {
            (shown, last) = (ProgressDisplay.Create(title, before, total, Interrupt.Token), before);
        }

        shown.Advance([what], done - last);
        last = done;
    }
}
