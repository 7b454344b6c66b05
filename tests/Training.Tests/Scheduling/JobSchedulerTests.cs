using System.Collections.Concurrent;
using SVco.Core;
using SVco.Training.Scheduling;

namespace SVco.Training.Tests.Scheduling;

public sealed class JobSchedulerTests
{
    sealed class Worker : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    readonly ConcurrentDictionary<string, string> kept = [];
    readonly ConcurrentQueue<string> ran = [];
    readonly ConcurrentBag<Worker> made = [];
    readonly ConcurrentQueue<JobsProgress> told = [];

    Job<Worker, string> Job(string name, double cost, int round = 0, Action<JobContext>? work = null) =>
        new(
            name,
            cost,
            () => kept.GetValueOrDefault(name),
            (_, at) =>
            {
                ran.Enqueue(name);
                at.Advance("working", cost / 2);
                work?.Invoke(at);
                return $"{name} done";
            },
            result => kept[name] = result
        )
        {
            Round = round,
        };

    string[] Run(IReadOnlyList<Job<Worker, string>> jobs, int workers = 1, CancellationToken stop = default) =>
        [
            .. JobScheduler.Run(
                jobs,
                () =>
                {
                    var worker = new Worker();
                    made.Add(worker);
                    return worker;
                },
                workers,
                stop,
                told.Enqueue
            ),
        ];

    [Fact]
    public void Earlier_rounds_and_then_long_jobs_come_first_and_results_keep_the_order_of_the_jobs()
    {
        var results = Run([Job("short", 1), Job("later", 9, round: 1), Job("long", 5)]);

        Assert.Equal(["long", "short", "later"], ran);
        Assert.Equal(["short done", "later done", "long done"], results);
        Assert.All(made, worker => Assert.True(worker.Disposed));
    }

    [Fact]
    public void What_was_kept_is_not_done_again()
    {
        Run([Job("a", 1), Job("b", 1)]);
        ran.Clear();

        Assert.Equal(["a done", "b done", "c done"], Run([Job("a", 1), Job("b", 1), Job("c", 1)], workers: 3));
        Assert.Equal(["c"], ran);
    }

    [Fact]
    public void Who_fails_ends_the_others_and_its_error_is_the_one_to_see()
    {
        using var waiting = new ManualResetEventSlim();
        var error = Assert.Throws<UserException>(() =>
            Run(
                [
                    Job(
                        "patient",
                        2,
                        work: at =>
                        {
                            waiting.Set();
                            at.Stop.WaitHandle.WaitOne();
                            at.Stop.ThrowIfCancellationRequested();
                        }
                    ),
                    Job(
                        "failing",
                        1,
                        work: _ =>
                        {
                            waiting.Wait();
                            throw new UserException("It failed.");
                        }
                    ),
                    Job("never begun", 0.5),
                ],
                workers: 2
            )
        );

        Assert.Equal("It failed.", error.Message);
        Assert.Empty(kept);
        Assert.DoesNotContain("never begun", ran);
    }

    [Fact]
    public void Stopped_it_gives_what_is_finished()
    {
        using var stop = new CancellationTokenSource();

        Assert.Equal(
            ["first done"],
            Run(
                [
                    Job("first", 2),
                    Job(
                        "second",
                        1,
                        work: at =>
                        {
                            stop.Cancel();
                            at.Stop.ThrowIfCancellationRequested();
                        }
                    ),
                ],
                stop: stop.Token
            )
        );
        Assert.Equal(["first"], kept.Keys);
    }

    [Fact]
    public void Progress_only_grows_and_ends_at_the_whole()
    {
        Run([.. Enumerable.Range(1, 12).Select(i => Job($"{i}", i))], workers: 3);

        double[] done = [.. told.Select(progress => progress.Done)];
        Assert.Equal(done.Order(), done);
        Assert.Equal((1, 12, 12), (told.Last().Done, told.Last().Finished, told.Last().Jobs));
        Assert.All(told, progress => Assert.InRange(progress.Running.Length, 0, 3));
    }
}
