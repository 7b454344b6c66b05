using System.Diagnostics;

namespace SVco.Scripting.Display;

/// <summary>
/// A line now and then, for where there is no terminal. The longer a stage takes the longer is the pause, a minute at most: short stages show that
/// something happens, and the log file of a long one stays readable.
/// </summary>
sealed class ProgressLines(string title, int done, int total) : IProgressDisplay
{
    const double ShareOfElapsed = 0.05;
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    readonly StageClock clock = new(done, total);
    readonly Stopwatch sinceLine = new();
    int now = done;

    public void Advance(IReadOnlyList<string> numbers, int by)
    {
        now += by;
        if (!sinceLine.IsRunning || now == total || sinceLine.Elapsed > PauseAfter(clock.Elapsed))
        {
            Console.WriteLine(string.Join("  ", [$"{title} {now}/{total}", clock.Text(now), .. numbers]).TrimEnd());
            sinceLine.Restart();
        }
    }

    public void Note(string text) => Console.WriteLine(text);

    /// <summary>How long nothing is said after so much time.</summary>
    internal static TimeSpan PauseAfter(TimeSpan elapsed) =>
        TimeSpan.FromSeconds(Math.Clamp(ShareOfElapsed * elapsed.TotalSeconds, Shortest.TotalSeconds, Longest.TotalSeconds));
}
