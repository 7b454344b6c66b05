// The words of an experiment script. A script begins with `#load` of this file and runs unchanged under `svco run` and `dotnet script`;
// build the project first: dotnet build -c Release src/Scripting
#r "bin/Release/SVco.Core.dll"
#r "bin/Release/SVco.Models.dll"
#r "bin/Release/SVco.Training.dll"
#r "bin/Release/SVco.Scripting.dll"
#r "bin/Release/TorchSharp.dll"

using System.Runtime.CompilerServices;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Scripting.Experiments;
using static SVco.Core.Objectives.Objectives;

// Native libraries are found from here, also where a script host has copied the assemblies elsewhere.
string ThisFile([CallerFilePath] string path = "") => path;

Repository.FoundFrom(ThisFile());

// An experiment and its base models.
Experiment Experiment(string name) => new(name);

ModelSpec LlavaInterleave7B => ModelSpec.LlavaInterleave7B;
ModelSpec Llava15_7B => ModelSpec.Llava15_7B;
Part VisionTower => Part.VisionTower;
Part Projector => Part.Projector;
Part LanguageModel => Part.LanguageModel;
Behaviour Official => Behaviour.Official;
Behaviour Corrected => Behaviour.Corrected;

// Data.
Recipe Pairs(string file) => Recipe.Json(file);

// The paper's objectives.
Objective SVco(double beta1, double beta2) => SVco.Core.Objectives.Objectives.SVco(beta1, beta2);
