#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"

// Makes the base model of the miniature study: about ten minutes on two idle cores. An argument names another folder than the committed one.
using SVco.Evaluation.Miniature;

var folder = Args.FirstOrDefault() ?? Path.Combine(Repository.Root, "experiments", "miniature_base");
Console.WriteLine($"{BaseTraining.Run(BaseRecipe.Default, folder, Console.WriteLine)}  {folder}");
return 0;
