using SVco.Scripting.Display;
using SVco.Training.Scheduling;

namespace SVco.Scripting.Tests.Display;

public sealed class JobsDisplayTests
{
    static readonly JobsProgress Half = new(
        [new("S-VCO, seed 201", "training", 0.25, TimeSpan.FromSeconds(10)), new("SFT, seed 201", "measuring", 0, TimeSpan.Zero)],
        Finished: 3,
        Jobs: 7,
        Done: 0.5,
        TimeSpan.FromSeconds(90)
    );

    [Fact]
    public void The_whole_and_each_job_that_runs_have_a_row_with_the_time_left()
    {
        var rows = JobsDisplay.Rows(Half, 100);
        Assert.Equal(3, rows.Length);
        Assert.EndsWith(" 50 %  3 of 7 models  1:30 left", rows[0]);
        Assert.EndsWith(" 25 %  training  0:30 left", rows[1]);
        // Nothing to tell the time from yet.
        Assert.EndsWith("  0 %  measuring", rows[2]);
    }

    [Fact]
    public void No_row_wraps_in_a_narrow_terminal() => Assert.All(JobsDisplay.Rows(Half, 30), row => Assert.InRange(row.Length, 1, 29));
}
