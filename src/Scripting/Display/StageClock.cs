using System.Diagnostics;
using SVco.Scripting.Printing;

namespace SVco.Scripting.Display;

/// <summary>How long a stage has taken and will take.</summary>
/// <param name="begun">How many of its items were done before, which took no time.</param>
/// <param name="total">How many items it has.</param>
sealed class StageClock(int begun, int total)
{
    readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>The time since its beginning.</summary>
    public TimeSpan Elapsed => clock.Elapsed;

    /// <summary>The time that is left, or was taken, in words; empty before there is anything to tell it from.</summary>
    public string Text(int done) =>
        done == begun ? ""
        : done >= total ? $"took {DurationText.Of(Elapsed)}"
        : $"{DurationText.Of(Elapsed.TotalSeconds / (done - begun) * (total - done))} left";
}
