#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"

// Makes the base model of the miniature study: about seven minutes on two idle cores.
using SVco.Evaluation.Miniature;

if (Args is not [var folder] || folder.StartsWith('-'))
{
    Console.WriteLine("Give the folder to write the base model to; the committed one is experiments/miniature_base.");
    return Args.Contains("--help") ? 0 : 2;
}

Console.WriteLine($"{BaseTraining.Run(BaseRecipe.Default, folder, Console.WriteLine)}  {folder}");
return 0;
