using System.CommandLine;
using SVco.Curation;
using SVco.Files;
using SVco.Scripting.Host;

namespace SVco.Scripting.Commands;

/// <summary><c>svco data build|read|filter|merge|augment|split|stats|view</c>: builds MVC from its sources.</summary>
static class DataCommand
{
    public static Command Create() =>
        new("data", "Build contrast pairs from their sources.")
        {
            Stage("build", "Do all stages one after another.", BuildAsync),
            Stage("read", "Read the sources into candidates.", settings => Tell(ReadStage.Run(settings, Interrupt.Token))),
            Filter(),
            Stage("merge", "Put the shards of the filter together and decide what is kept.", Merge),
            Augment(),
            Stage("split", "Write training and validation files.", async settings => Tell(await SplitStage.RunAsync(settings))),
            Stage("stats", "Count pairs by source and type, before and after.", settings => Console.Write(StatsStage.Run(settings))),
            View(),
        };

    static Argument<string> Config() => new("config") { Description = "A curation's YAML file, e.g. configs/mvc.yaml." };

    static Command Stage(string name, string description, Action<CurationSettings> run) =>
        Stage(
            name,
            description,
            settings =>
            {
                run(settings);
                return Task.CompletedTask;
            }
        );

    static Command Stage(string name, string description, Func<CurationSettings, Task> run)
    {
        var config = Config();
        var command = new Command(name, description) { config };
        command.SetAction((parsed, _) => run(CurationSettings.Load(parsed.GetRequiredValue(config))));
        return command;
    }

    static Command Filter()
    {
        var config = Config();
        var shard = new Option<string>("--shard")
        {
            Description = "Only slice i of n, e.g. 3/8; `svco data merge` puts the slices together.",
        };
        var command = new Command("filter", "Measure the candidates' images and keep those of visual contrast.") { config, shard };
        command.SetAction(
            async (parsed, _) =>
            {
                var settings = CurationSettings.Load(parsed.GetRequiredValue(config));
                await ScoreAsync(settings, parsed.GetValue(shard) is { } slice ? Shard.Parse(slice) : Shard.Whole);
                if (parsed.GetValue(shard) is null)
                {
                    Merge(settings);
                }
            }
        );
        return command;
    }

    static Command Augment()
    {
        var config = Config();
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the calls and what they would cost, and make none." };
        var augmenter = new Option<Curation.Augmentation.Augmenter?>("--augmenter")
        {
            Description = "Instead of the YAML file's: template, chat or none.",
        };
        augmenter.AcceptOnlyFromAmong("template", "chat", "none");
        var command = new Command("augment", "Write a question and two answers for every kept pair.") { config, dryRun, augmenter };
        command.SetAction(
            (parsed, _) =>
            {
                var settings = CurationSettings.Load(parsed.GetRequiredValue(config));
                var chosen = parsed.GetValue(augmenter) is { } other
                    ? settings with
                    {
                        Augment = settings.Augment with { Augmenter = other },
                    }
                    : settings;
                return AugmentAsync(chosen, parsed.GetValue(dryRun));
            }
        );
        return command;
    }

    static Command View()
    {
        var file = new Argument<string>("file") { Description = "train.json, validation.json, or a .jsonl file of a stage." };
        var root = new Option<string?>("--data-root")
        {
            Description = "The folder that image paths are relative to; that of the curation, or the file's own folder, when not given.",
        };
        var limit = new Option<int>("--limit") { Description = "Show at most so many pairs.", DefaultValueFactory = _ => 500 };
        var command = new Command("view", "Write a page with the pairs side by side.") { file, root, limit };
        command.SetAction(parsed =>
            Console.WriteLine(PairPage.Write(parsed.GetRequiredValue(file), parsed.GetValue(root), parsed.GetValue(limit)))
        );
        return command;
    }

    static async Task BuildAsync(CurationSettings settings)
    {
        Tell(ReadStage.Run(settings, Interrupt.Token));
        await ScoreAsync(settings, Shard.Whole);
        Interrupt.Token.ThrowIfCancellationRequested();
        Merge(settings);
        Interrupt.Token.ThrowIfCancellationRequested();
        await AugmentAsync(settings, dryRun: false);
        Interrupt.Token.ThrowIfCancellationRequested();
        Tell(await SplitStage.RunAsync(settings));
        Console.Write(StatsStage.Run(settings));
        Console.WriteLine(PairPage.Write(new CurationFolder(settings.Output).Train, settings.DataRoot, 500));
    }

    static async Task ScoreAsync(CurationSettings settings, Shard shard)
    {
        var progress = new DataProgress($"filter {shard.Index}/{shard.Count}");
        var report = await FilterStage.ScoreAsync(settings, shard, (done, of) => progress.Show(done, 0, of, ""), Interrupt.Token);
        Console.WriteLine(
            $"filter {shard.Index}/{shard.Count}: {report.Scored} measured, {report.Refused} refused; {report.Images} images through the towers in "
                + $"{report.TowerSeconds:F1} of {report.Seconds:F1} s ({report.TowerSeconds / Math.Max(report.Seconds, 1e-9):P0})"
        );
    }

    static void Merge(CurationSettings settings)
    {
        Tell(FilterStage.Merge(settings));
        Tell(FilterStage.Select(settings));
    }

    static async Task AugmentAsync(CurationSettings settings, bool dryRun)
    {
        var progress = new DataProgress("augment");
        var report = await AugmentStage.RunAsync(
            settings,
            dryRun,
            Console.Out,
            Interrupt.Token,
            now => progress.Show(now.Done, now.Journaled, now.Total, now.ToString())
        );
        if (!dryRun)
        {
            Tell(report);
        }
    }

    static void Tell(StageReport report)
    {
        foreach (var refusal in report.Refusals)
        {
            Console.WriteLine($"{refusal.Count, 8}  {refusal.Source} {refusal.Kind}: {refusal.Reason}");
        }

        Console.WriteLine($"{report.Passed, 8}  in {string.Join(", ", report.Files)}");
    }
}
