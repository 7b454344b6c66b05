#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Curation.dll"

// MVC and the raw ablation of equal size from one filter run: svco run experiments/curate_mvc.csx [CONFIG]
using System.IO;
using SVco.Curation;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Files;

if (Args.Contains("--help"))
{
    Console.WriteLine("Give a curation's YAML file; without one configs/mvc.yaml is taken.");
    return 0;
}

var settings = CurationSettings.Load(Args.Count > 0 ? Args[0] : Path.Combine(Repository.Root, "configs", "mvc.yaml"));
var all = CandidateRecipe.All;
var mvc = all.Filter(settings.Filter.Thresholds).SampleLike(all, seed: 2025);

ReadStage.Run(settings, Interrupt.Token);
await FilterStage.ScoreAsync(settings, Shard.Whole, (done, of) => { }, Interrupt.Token);
FilterStage.Merge(settings);
FilterStage.Select(settings, mvc);
var pairs = (await AugmentStage.RunAsync(settings, dryRun: false, Console.Out, Interrupt.Token)).Passed;
await SplitStage.RunAsync(settings);
Console.WriteLine($"{mvc}\n{StatsStage.Run(settings)}");

// The ablation has as many pairs as came through augmentation, and shares the measured candidates.
var raw = all.SampleInOrder(pairs, seed: 2025);
var ablation = settings with { Output = settings.Output + "-raw", Augment = settings.Augment with { Augmenter = Augmenter.None } };
FilterStage.Share(settings, ablation);
FilterStage.Select(ablation, raw);
await AugmentStage.RunAsync(ablation, dryRun: false, Console.Out, Interrupt.Token);
await SplitStage.RunAsync(ablation);
Console.WriteLine($"{raw}\n{StatsStage.Run(ablation)}");
return 0;
