#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"

// The choice of settings by docs/miniature-protocol.md: one grid for all objectives, on validation scenes. An argument gives the prompts:
// shared (the default) or own. What it finds goes into StudyOptions by hand.
using System.Threading;
using SVco.Evaluation.Miniature;

var options = StudyOptions.Parse(["--prompts", Args.FirstOrDefault() ?? "shared"]);
var settings = options.Grid(Path.Combine(Repository.Root, "experiments", "miniature_base"));
var folder = Path.Combine("runs", settings.Name);
var parts = MiniatureStudy.Run(settings, folder, Environment.ProcessorCount, CancellationToken.None, new ProgressLine(Console.Error).Show);
var results = StudyReport.Write(settings, parts, folder, $"svco run experiments/miniature_grid.csx {string.Join(' ', Args)}".TrimEnd());
Console.WriteLine(StudyTable.Text(results));
return 0;
