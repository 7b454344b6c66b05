using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core.Metrics;
using SVco.Training;

namespace SVco.Scripting.Experiments;

/// <summary>What a person sees of a run: a progress bar in a terminal, a line a step elsewhere.</summary>
static class RunDisplay
{
    /// <summary>Goes through the items of a part of the run, showing how many of how many are done.</summary>
    public static void Count<T>(string title, int total, IEnumerable<T> items, Action<T> each) =>
        Show(
            title,
            total,
            progress =>
            {
                foreach (var item in items)
                {
                    each(item);
                    progress.Advance("");
                }
            }
        );

    /// <summary>Goes through a run's events, showing the training steps.</summary>
    public static void Training(string title, int done, int total, IEnumerable<TrainingEvent> events, Action<TrainingEvent> each)
    {
        Show(
            title,
            total,
            progress =>
            {
                progress.Start(done);
                var clock = Stopwatch.StartNew();
                long tokens = 0;
                foreach (var next in events)
                {
                    each(next);
                    switch (next)
                    {
                        case TrainingEvent.Stepped step:
                            tokens += step.Tokens;
                            progress.Advance(Describe(step.Metrics, tokens / clock.Elapsed.TotalSeconds));
                            break;
                        case TrainingEvent.Evaluated evaluated:
                            progress.Note($"validation after step {evaluated.Step}: {Describe(evaluated.Metrics, null)}");
                            break;
                    }
                }
            }
        );
    }

    /// <summary>Loss, share of pairs on the right side of each term, tokens a second.</summary>
    static string Describe(TableMetrics metrics, double? tokensPerSecond)
    {
        var accuracies = metrics
            .Terms.Where(term => term.Accuracy is not null)
            .Select(term => $"{term.Name} {100 * term.Accuracy!.Value:0}%");
        string[] parts =
        [
            string.Create(CultureInfo.InvariantCulture, $"loss {metrics.Loss:0.0000}"),
            .. accuracies,
            .. tokensPerSecond is { } rate ? [string.Create(CultureInfo.InvariantCulture, $"{rate:#,0} tokens/s")] : Array.Empty<string>(),
        ];
        return string.Join("  ", parts);
    }

    static void Show(string title, int total, Action<IShown> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            work(new Lines(title, total));
            return;
        }

        AnsiConsole
            .Progress()
            .AutoRefresh(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 20 },
                new StepColumn(),
                new RemainingTimeColumn()
            )
            .Start(context => work(new Bar(context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total)), title)));
    }

    interface IShown
    {
        void Start(int done);
        void Advance(string state);
        void Note(string text);
    }

    sealed class Lines(string title, int total) : IShown
    {
        // A log file of a long run should stay readable.
        readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
        readonly Stopwatch _sinceLine = new();
        int _done;

        public void Start(int done) => _done = done;

        public void Advance(string state)
        {
            _done++;
            if (!_sinceLine.IsRunning || _sinceLine.Elapsed > _pause || _done == total)
            {
                Console.WriteLine($"{title} {_done}/{total}  {state}".TrimEnd());
                _sinceLine.Restart();
            }
        }

        public void Note(string text) => Console.WriteLine(text);
    }

    sealed class Bar(ProgressTask task, string title) : IShown
    {
        public void Start(int done) => task.Value = done;

        public void Advance(string state)
        {
            task.Increment(1);
            task.Description = Markup.Escape($"{title}  {state}".TrimEnd());
        }

        public void Note(string text) => AnsiConsole.WriteLine(text);
    }

    sealed class StepColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{task.Value:0}/{task.MaxValue:0}");
    }
}
