#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"
#r "../src/Scripting/bin/Release/SVco.Miniature.dll"

// Makes the base model of the miniature study: about seven minutes on two idle cores.
using SVco.Miniature.BaseModel;
using SVco.Miniature.Study;

if (Args is not [var folder] || folder.StartsWith('-'))
{
    Console.WriteLine("Give the folder to write the base model to; the committed one is experiments/miniature_base.");
    return Args.Contains("--help") ? 0 : 2;
}

if (BaseTraining.Run(BaseRecipe.Default, folder, Console.WriteLine, Interrupt.Token) is not { } hash)
{
    Console.Error.WriteLine("Stopped; finished stages are kept and the same command goes on.");
    return 130;
}

Console.WriteLine($"{hash}  {folder}");
return 0;
