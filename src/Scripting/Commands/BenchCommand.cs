using System.CommandLine;
using SVco.Core;
using SVco.Experiments;
using SVco.Files;
using SVco.Training.Bench;

namespace SVco.Scripting.Commands;

/// <summary><c>svco bench</c></summary>
static class BenchCommand
{
    const string Name = "bench";
    const string One = "--measure-one";
    const string WriteModel = "--write-model";
    const int InterruptedExitCode = 130;

    public static Command Create()
    {
        var defaults = new BenchSettings();
        static Option<int> Number(string name, int value, string description, int least = 1) =>
            new Option<int>(name) { Description = description, DefaultValueFactory = _ => value }.AtLeast(least);
        var geometry = new Option<string>("--geometry")
        {
            Description =
                $"{string.Join(", ", BenchGeometry.Named.Keys)}, the path of a config.json, or {string.Join(", ", BenchGeometry.RealSize.Keys)}, which imply --on-disk.",
            DefaultValueFactory = _ => defaults.Geometry,
        };
        var pairs = Number("--pairs", defaults.Pairs, "Pairs a step.");
        var query = Number("--query", defaults.Query, "Tokens of the query.");
        var response = Number("--response", defaults.Response, "Tokens of each response.");
        var text = Number("--text", defaults.Text, "Text tokens to which the official way pads.");
        var steps = Number("--steps", defaults.Steps, "Measured steps of a process.");
        var threads = Number("--threads", defaults.Threads, "Threads of the matrix products; 0 leaves the library's choice.", least: 0);
        var rounds = Number("--rounds", 3, "How often each row is measured, in turn.");
        var script = new Option<string?>("--against-pytorch")
        {
            Description =
                $"A Python script such as official_step.py to compare with, run by the Python that {BenchRun.PythonVariable} names, or python3.",
        };
        var scaling = new Option<string?>("--scaling")
        {
            Description =
                "A folder for scaling.csv and scaling.svg: a step of 1 to 8 pairs, images of 144 to 2304 tokens, responses of 16 to 512, over its distinct tokens.",
        };
        var onDisk = new Option<bool>("--on-disk")
        {
            Description =
                "Writes a bf16 checkpoint of the geometry as on the hub, loads it by memory map, scores a pair's six cells, and makes one step with a LoRA.",
        };
        var folder = new Option<string>("--folder")
        {
            Description = "Where --on-disk writes; the cache folder when not given. All that it writes is taken away at the end.",
            DefaultValueFactory = _ => DiskCache.DefaultRoot,
        };
        var one = new Option<string?>(One) { Description = "Measures one row, for the bench itself.", Hidden = true };
        var writeModel = new Option<string[]?>(WriteModel)
        {
            Description = "Writes a random checkpoint, for the bench itself: geometry and folder.",
            Hidden = true,
            Arity = new(2, 2),
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command(Name, "Time and memory of a training step: the plain way, the engine, and PyTorch.")
        {
            geometry,
            pairs,
            query,
            response,
            text,
            steps,
            threads,
            rounds,
            script,
            scaling,
            onDisk,
            folder,
            one,
            writeModel,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(one) is { } argument)
            {
                Console.WriteLine(BenchRun.Measure(argument));
                return 0;
            }

            if (parsed.GetValue(writeModel) is [var geometryToWrite, var target])
            {
                RealSize.Write(geometryToWrite, target);
                Console.WriteLine(target);
                return 0;
            }

            var settings = new BenchSettings
            {
                Geometry = parsed.GetRequiredValue(geometry),
                Pairs = parsed.GetValue(pairs),
                Query = parsed.GetValue(query),
                Response = parsed.GetValue(response),
                Text = parsed.GetValue(text),
                Steps = parsed.GetValue(steps),
                Threads = parsed.GetValue(threads),
            };
            var real = parsed.GetValue(onDisk) || BenchGeometry.RealSize.ContainsKey(settings.Geometry);
            string[] ways =
            [
                .. parsed.GetValue(scaling) is null ? Array.Empty<string>() : [scaling.Name],
                .. parsed.GetValue(script) is null ? Array.Empty<string>() : [script.Name],
                .. real ? [$"{onDisk.Name} (or a geometry that implies it)"] : Array.Empty<string>(),
            ];
            if (ways.Length > 1)
            {
                throw new UserException($"{string.Join(" and ", ways)} are different benches. Ask for one at a time.");
            }

            if (settings.Text < settings.Query + settings.Response)
            {
                throw new UserException(
                    $"--text is {settings.Text}, less than the query and a response together ({settings.Query + settings.Response})."
                );
            }

            var need = BenchStep.Estimate(settings, BenchGeometry.Of(settings));
            if (!real && need.Total > new MachineMemory().Installed)
            {
                throw new UserException(
                    $"A step of {settings.Geometry} in fp32 needs about {need}, more than there is. Measure it with {onDisk.Name}."
                );
            }

            // Started by `dotnet svco.dll` the process is dotnet, and the program its first argument.
            var process = Environment.ProcessPath!;
            string[] self =
                Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, typeof(BenchCommand).Assembly.Location] : [process];
            try
            {
                string[] measure = [.. self, Name, One];
                if (parsed.GetValue(scaling) is { } plots)
                {
                    CheckFolder(plots);
                    var scaled = Scaling.Run(settings, measure, parsed.GetValue(rounds), Console.Error.WriteLine, Interrupt.Token);
                    Console.Write(scaled.ToCsv());
                    ScalingPlot.Write(scaled, plots);
                }
                else if (real)
                {
                    string[] write = [.. self, Name, WriteModel];
                    var result = RealSize.Run(
                        settings,
                        parsed.GetRequiredValue(folder),
                        write,
                        measure,
                        Console.Error.WriteLine,
                        Interrupt.Token
                    );
                    Console.WriteLine(result.ToMarkdown());
                }
                else
                {
                    var table = BenchRun.Run(
                        settings,
                        measure,
                        parsed.GetValue(script),
                        parsed.GetValue(rounds),
                        Console.Error.WriteLine,
                        Interrupt.Token
                    );
                    Console.WriteLine(table.ToMarkdown());
                }

                return 0;
            }
            catch (OperationCanceledException)
            {
                return InterruptedExitCode;
            }
        });
        return command;
    }

    /// <summary>What cannot be written is told before an hour of measuring.</summary>
    static void CheckFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be written: {error.Message}", error);
        }
    }
}
