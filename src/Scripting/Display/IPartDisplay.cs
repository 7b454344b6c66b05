namespace SVco.Scripting.Display;

/// <summary>A part of a run that is being shown.</summary>
interface IPartDisplay
{
    /// <summary>So many more are done.</summary>
    void Advance(string metrics, string speed, int by = 1);

    /// <summary>A line that stays.</summary>
    void Note(string text);
}
