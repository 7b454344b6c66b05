#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"
#r "../src/Scripting/bin/Release/SVco.Miniature.dll"

// The choice of settings by docs/miniature-protocol.md: one grid for all objectives, on validation scenes. Takes the options of
// miniature.csx that make sense for it: --prompts, --output. What it finds goes into StudyOptions by hand.
using SVco.Evaluation.Report;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Study;

if (Args.Contains("--help"))
{
    Console.WriteLine(
        "Runs the grid of learning rates and betas (about eight minutes on two cores).\n  --prompts P      shared or own (shared)\n  --output FOLDER  the study's folder"
    );
    return 0;
}

var options = StudyOptions.Parse([.. Args]);
var settings = options.Grid(Path.Combine(Repository.Root, "experiments", "miniature_base"));
var folder = options.Output ?? Path.Combine("runs", settings.Name);
var models = MiniatureStudy.Run(
    settings,
    folder,
    Environment.ProcessorCount,
    Interrupt.Token,
    new JobsDisplay(Console.Error, Interrupt.Token).Show
);
if (Interrupt.Token.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped; measured models are kept and the same command goes on.");
    return 130;
}

var results = StudyReport.Write(settings, models, folder, ShellCommand.Typed ?? ShellCommand.Of("experiments/miniature_grid.csx", Args));
Console.WriteLine(StudyTable.Text(results));
foreach (var path in HtmlReport.Write([(results, folder)], Path.Combine(folder, "report.html"), DateTimeOffset.Now))
{
    Console.WriteLine(path);
}

return 0;
