using System.Diagnostics;

namespace SVco.Training.Scheduling;

/// <summary>Where workers write how far they are.</summary>
/// <param name="jobs">The number of jobs to do.</param>
/// <param name="total">Their cost together.</param>
/// <param name="tell">Is told after each change.</param>
sealed class ProgressBoard(int jobs, double total, Action<JobsProgress> tell)
{
    sealed record Row(string Name, double Cost, TimeSpan Begun, string Doing = "", double Spent = 0);

    readonly Lock gate = new();
    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly SortedDictionary<int, Row> rows = [];
    double done;
    int finished;

    /// <summary>A worker takes up a job.</summary>
    public void Begin(int worker, string name, double cost)
    {
        lock (gate)
        {
            rows[worker] = new(name, cost, clock.Elapsed);
        }
    }

    /// <summary>A worker says what it does now, and the cost of what it has done since it said so last.</summary>
    public void Advance(int worker, string doing, double cost)
    {
        lock (gate)
        {
            rows[worker] = rows[worker] with { Doing = doing, Spent = rows[worker].Spent + cost };
            done += cost;
            Tell();
        }
    }

    /// <summary>A worker's job is finished, whatever it said of its cost.</summary>
    public void Finish(int worker)
    {
        lock (gate)
        {
            rows.Remove(worker, out var row);
            done += row!.Cost - row.Spent;
            finished++;
            Tell();
        }
    }

    void Tell() =>
        tell(
            new(
                [.. rows.Values.Where(row => row.Doing.Length > 0).Select(Progress)],
                finished,
                jobs,
                finished == jobs ? 1 : Math.Min(1, done / total),
                clock.Elapsed
            )
        );

    JobProgress Progress(Row row) => new(row.Name, row.Doing, Math.Min(1, row.Spent / row.Cost), clock.Elapsed - row.Begun);
}
