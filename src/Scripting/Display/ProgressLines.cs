using System.Diagnostics;

namespace SVco.Scripting.Display;

/// <summary>A line now and then, for where there is no terminal: the pause keeps the log file of a long run readable.</summary>
sealed class ProgressLines(string title, int done, int total, TimeSpan pause) : IProgressDisplay
{
    readonly Stopwatch _sinceLine = new();
    int _done = done;

    public void Advance(string metrics, string speed, int by)
    {
        _done += by;
        if (!_sinceLine.IsRunning || _sinceLine.Elapsed > pause || _done == total)
        {
            Console.WriteLine($"{title} {_done}/{total}  {metrics}  {speed}".TrimEnd());
            _sinceLine.Restart();
        }
    }

    public void Note(string text) => Console.WriteLine(text);
}
