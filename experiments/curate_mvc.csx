#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Curation.dll"

using SVco.Core.Curation;
using SVco.Curation;
using SVco.Curation.Augmentation;

// MVC and the raw ablation of equal size from one filter run: svco run experiments/curate_mvc.csx [configs/mvc.yaml]
var settings = CurationSettings.Load(Args.Count > 0 ? Args[0] : "configs/mvc.yaml");
var thresholds = settings.Filter.Thresholds;

var all = CandidateRecipe.All;
var mvc = all.Filter(thresholds).SampleLike(all, seed: 2025);
var raw = all.SampleAsMany(mvc, seed: 2025);

ReadStage.Run(settings);
await FilterStage.ScoreAsync(settings, Shard.Whole, (done, of) => { }, default);
FilterStage.Merge(settings);
FilterStage.Select(settings, mvc);
await AugmentStage.RunAsync(settings, dryRun: false, Console.Out, default);
await SplitStage.RunAsync(settings);
Console.WriteLine($"{mvc}\n{StatsStage.Run(settings)}");

// The ablation shares the measured candidates.
var ablation = settings with
{
    Output = settings.Output + "-raw",
    Augment = settings.Augment with { Augmenter = Augmenter.None },
};
Directory.CreateDirectory(ablation.Output);
foreach (var file in new[] { "candidates.jsonl", "scored.jsonl" })
{
    File.Copy(Path.Combine(settings.Output, file), Path.Combine(ablation.Output, file), overwrite: true);
}

FilterStage.Select(ablation, raw);
await AugmentStage.RunAsync(ablation, dryRun: false, Console.Out, default);
await SplitStage.RunAsync(ablation);
Console.WriteLine($"{raw}\n{StatsStage.Run(ablation)}");
