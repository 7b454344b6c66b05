namespace SVco.Scripting.Display;

/// <summary>What is shown of a stage of a run.</summary>
interface IProgressDisplay
{
    /// <summary>So many more are done.</summary>
    /// <param name="numbers">What is known of the stage now, the most important first.</param>
    /// <param name="by">How many more.</param>
    void Advance(IReadOnlyList<string> numbers, int by = 1);

    /// <summary>A line that stays.</summary>
    void Note(string text);
}
