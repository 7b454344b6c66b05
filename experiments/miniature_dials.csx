#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"
#r "../src/Scripting/bin/Release/SVco.Miniature.dll"

// Turns one dial of the miniature world at a time: failed edits, the edits' artefact, the gap between the styles of finetuning and
// benchmarks, details that no image shows, the number of pairs. Where does the symmetric term pay, where does SFT catch up or fall behind?
// Takes the options of miniature.csx; measured models are kept, so the same command goes on.
using SVco.Miniature.BaseModel;
using SVco.Miniature.Study;

if (Args.Contains("--help"))
{
    Console.WriteLine($"Turns one dial of the world at a time; intervals need --seeds of 2 or more. The options:\n{StudyOptions.Help}");
    return 0;
}

var options = StudyOptions.Parse([.. Args]);
if (options.FromScratch)
{
    throw new UserException("The dials are turned on the committed base model: leave --from-scratch out.");
}

var settings = options.Settings(Path.Combine(Repository.Root, "experiments", "miniature_base"));
var folder = options.Output ?? Path.Combine("runs", $"{options.Name}-dials");
var points = DialSweep.Run(
    settings,
    folder,
    Environment.ProcessorCount,
    Interrupt.Token,
    study =>
    {
        Console.Error.WriteLine(study);
        return new JobsDisplay(Console.Error, Interrupt.Token).Show;
    }
);
if (points is not { } measured)
{
    Console.Error.WriteLine("Stopped; measured models are kept and the same command goes on.");
    return 130;
}

foreach (var path in DialSweep.Write(measured, folder))
{
    Console.WriteLine(path);
}

return 0;
