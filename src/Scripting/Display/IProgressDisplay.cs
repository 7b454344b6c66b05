namespace SVco.Scripting.Display;

/// <summary>What is shown of a stage of a run.</summary>
interface IProgressDisplay
{
    /// <summary>So many more are done.</summary>
    void Advance(string metrics, string speed, int by = 1);

    /// <summary>A line that stays.</summary>
    void Note(string text);
}
