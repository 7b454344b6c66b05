// The words of an experiment script. A script begins with `#load` of this file and runs unchanged under `svco run` and `dotnet script`
// (for the latter build first: dotnet build -c Release src/Scripting).
#r "bin/Release/SVco.Core.dll"
#r "bin/Release/SVco.Files.dll"
#r "bin/Release/SVco.Models.dll"
#r "bin/Release/SVco.Training.dll"
#r "bin/Release/SVco.Chat.dll"
#r "bin/Release/SVco.Evaluation.dll"
#r "bin/Release/SVco.Experiments.dll"
#r "bin/Release/SVco.Scripting.dll"
#r "bin/Release/TorchSharp.dll"

global using System;
global using System.IO;
global using System.Linq;
global using SVco.Core;
global using static SVco.Core.Behaviour;
global using SVco.Core.Benchmarks;
global using SVco.Core.Data;
global using SVco.Core.Objectives;
global using static SVco.Core.Objectives.Formula;
global using static SVco.Core.Objectives.Objectives;
global using SVco.Core.Training;
global using SVco.Evaluation.Benchmarks;
global using SVco.Experiments;
global using static SVco.Experiments.ModelSpec;
global using static SVco.Experiments.PaperBenchmarks;
global using static SVco.Experiments.Precision;
global using static SVco.Models.Part;
global using SVco.Scripting;
global using SVco.Scripting.Display;
global using SVco.Scripting.Host;
global using SVco.Scripting.Printing;
global using static SVco.Scripting.ScriptWords;
global using TorchSharp;
using System.Runtime.CompilerServices;

// The checkout is found from this file, also where a script host copies assemblies elsewhere.
string PreludeFile([CallerFilePath] string path = "") => path;

Repository.FoundFrom(PreludeFile());

// A script may begin with a tensor, in every host.
global::SVco.Models.NativeLibraries.LoadWithTorchSharp();

// The name SVco alone would be the namespace.
Objective SVco(double beta1, double beta2) => Objectives.SVco(beta1, beta2);

Objective SVco(double attendW, double rejectW, double attendL, double rejectL) => Objectives.SVco(attendW, rejectW, attendL, rejectL);
