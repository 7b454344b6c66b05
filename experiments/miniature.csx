#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"
#r "../src/Scripting/bin/Release/SVco.Miniature.dll"

// The paper in miniature, on two cores in minutes: a small vision-language model that leans on language priors, and what each objective
// does about it. Measured models are kept, so an interrupted study goes on with the same command. --help lists the options.
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Study;

if (Args.Contains("--help"))
{
    Console.WriteLine(StudyOptions.Help);
    return 0;
}

var options = StudyOptions.Parse([.. Args]);
var baseModel = Path.Combine(Repository.Root, "experiments", "miniature_base");
var folder = options.Output ?? Path.Combine("runs", options.Name);
var command = ShellCommand.Typed ?? ShellCommand.Of("experiments/miniature.csx", Args);
if (options.FromScratch)
{
    baseModel = Path.Combine(folder, "base");
    if (!Directory.Exists(baseModel) && BaseTraining.Run(BaseRecipe.Default, baseModel, Console.WriteLine, Interrupt.Token) is null)
    {
        Console.Error.WriteLine($"Stopped; finished stages of the base model are kept. {ShellCommand.GoesOn([.. Args])}");
        return 130;
    }
}

var settings = options.Settings(baseModel);
var models = MiniatureStudy.Run(
    settings,
    folder,
    Environment.ProcessorCount,
    Interrupt.Token,
    new JobsDisplay(Console.Error, Interrupt.Token).Show
);
if (Interrupt.Token.IsCancellationRequested)
{
    Console.Error.WriteLine($"Stopped; {models.Length} models are measured. {ShellCommand.GoesOn([.. Args])}");
    return 130;
}

var results = StudyReport.Write(settings, models, folder, command);
Console.WriteLine(StudyTable.Text(results));
Console.WriteLine(Path.Combine(folder, StudyResults.FileName));
foreach (var path in HtmlReport.Write([(results, folder)], Path.Combine(folder, "report.html"), DateTimeOffset.Now))
{
    Console.WriteLine(path);
}

return 0;
