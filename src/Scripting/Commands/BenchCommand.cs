using System.CommandLine;
using System.CommandLine.Parsing;
using SVco.Core;
using SVco.Experiments;
using SVco.Files;
using SVco.Scripting.Host;
using SVco.Training;
using SVco.Training.Bench;
using SVco.Training.Distributed;

namespace SVco.Scripting.Commands;

/// <summary><c>svco bench</c></summary>
static class BenchCommand
{
    const string Name = "bench";
    const string One = "--measure-one";
    const string WriteModel = "--write-model";
    const string OneGeneration = "--generate-one";
    const int InterruptedExitCode = 130;

    static readonly BenchSettings Defaults = new();
    static readonly GenerateSettings GenerateDefaults = new();

    /// <summary>The options; a fresh set for each command, since they hold what was parsed.</summary>
    sealed record Options
    {
        public Option<string> Geometry { get; } =
            new("--geometry")
            {
                Description =
                    $"{string.Join(", ", BenchGeometry.Named.Keys)}, the path of a config.json, or {string.Join(", ", BenchGeometry.RealSize.Keys)}, which imply --on-disk.",
                DefaultValueFactory = _ => Defaults.Geometry,
            };

        public Option<int> Pairs { get; } = Number("--pairs", Defaults.Pairs, "Pairs a step.");
        public Option<int> Query { get; } = Number("--query", Defaults.Query, "Tokens of the query.");
        public Option<int> Response { get; } = Number("--response", Defaults.Response, "Tokens of each response.");
        public Option<int> Text { get; } = Number("--text", Defaults.Text, "Text tokens to which the official way pads.");
        public Option<int> Steps { get; } = Number("--steps", Defaults.Steps, "Measured steps of a process.");

        public Option<int> Threads { get; } =
            Number("--threads", Defaults.Threads, "Threads of the matrix products; 0 leaves the library's choice.", least: 0);

        public Option<int> Rounds { get; } = Number("--rounds", 3, "How often each row is measured, in turn.");

        public Option<string?> Script { get; } =
            new("--against-pytorch")
            {
                Description =
                    $"A Python script such as official_step.py to compare with, run by the Python that {BenchRun.PythonVariable} names, or python3.",
            };

        public Option<string?> Scaling { get; } =
            new("--scaling")
            {
                Description =
                    "A folder for scaling.csv and scaling.svg: a step of 1 to 8 pairs, images of 144 to 2304 tokens, responses of 16 to 512, over its distinct tokens.",
            };

        public Option<string?> Launcher { get; } =
            new("--launcher")
            {
                Description =
                    "A command that starts processes, such as \"mpirun -n 2\": a step that they share, each with --threads (1 when not given), against one process with as many in all.",
            };

        public Option<bool> OnDisk { get; } =
            new("--on-disk")
            {
                Description =
                    "Writes a bf16 checkpoint of the geometry as on the hub, loads it by memory map, scores a pair's six cells, and makes one step with a LoRA.",
            };

        public Option<string> Folder { get; } =
            new("--folder")
            {
                Description = "Where --on-disk writes; the cache folder when not given. All that it writes is deleted at the end.",
                DefaultValueFactory = _ => CacheRoot.Folder,
            };

        public Option<bool> Generate { get; } =
            new("--generate")
            {
                Description =
                    "Answers that are written to questions on images, many at a time; --against-pytorch then takes official_generate.py.",
            };

        public Option<int> Questions { get; } = Number("--questions", GenerateDefaults.Questions, "Questions of --generate.");
        public Option<int> Images { get; } = Number("--images", GenerateDefaults.Images, "Images that the questions are on.");
        public Option<int> NewTokens { get; } = Number("--new-tokens", GenerateDefaults.NewTokens, "Tokens of each answer.");

        public Option<int> Rows { get; } =
            Number("--rows", GenerateDefaults.Rows, "Answers that are written at a time at most; 0 leaves the engine's choice.", least: 0);

        public Option<int> TokenBudget { get; } =
            Number(
                "--token-budget",
                (int)GenerateDefaults.TokenBudget,
                "Tokens whose keys and values are held; 0 leaves the engine's choice.",
                least: 0
            );

        public Option<string?> GenerateOne { get; } =
            new(OneGeneration) { Description = "Measures one way of writing answers, for the bench itself.", Hidden = true };

        public Option<string?> MeasureOne { get; } = new(One) { Description = "Measures one row, for the bench itself.", Hidden = true };

        public Option<string[]?> WriteCheckpoint { get; } =
            new(WriteModel)
            {
                Description = "Writes a random checkpoint, for the bench itself: geometry and folder.",
                Hidden = true,
                Arity = new(2, 2),
                AllowMultipleArgumentsPerToken = true,
            };

        public IEnumerable<Option> All =>
            [
                .. new Option[]
                {
                    Geometry,
                    Pairs,
                    Query,
                    Response,
                    Text,
                    Steps,
                    Threads,
                    Rounds,
                    Script,
                    Scaling,
                    Launcher,
                    OnDisk,
                    Folder,
                },
                .. new Option[] { Generate, Questions, Images, NewTokens, Rows, TokenBudget, GenerateOne, MeasureOne, WriteCheckpoint },
            ];

        public GenerateSettings GenerateSettings(ParseResult parsed) =>
            new()
            {
                Geometry = parsed.GetRequiredValue(Geometry),
                Questions = parsed.GetValue(Questions),
                Images = parsed.GetValue(Images),
                NewTokens = parsed.GetValue(NewTokens),
                Threads = parsed.GetValue(Threads),
                Rows = parsed.GetValue(Rows),
                TokenBudget = parsed.GetValue(TokenBudget),
            };

        public BenchSettings Settings(ParseResult parsed) =>
            new()
            {
                Geometry = parsed.GetRequiredValue(Geometry),
                Pairs = parsed.GetValue(Pairs),
                Query = parsed.GetValue(Query),
                Response = parsed.GetValue(Response),
                Text = parsed.GetValue(Text),
                Steps = parsed.GetValue(Steps),
                Threads = parsed.GetValue(Threads),
            };

        static Option<int> Number(string name, int value, string description, int least = 1) =>
            new Option<int>(name) { Description = description, DefaultValueFactory = _ => value }.AtLeast(least);
    }

    public static Command Create()
    {
        var options = new Options();
        var command = new Command(Name, "Time and memory of a training step: the plain way, the engine, and PyTorch.");
        foreach (var option in options.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            if (parsed.GetValue(options.MeasureOne) is { } settings)
            {
                var measured = BenchRun.Measure(settings);
                if (Collectives.IsFirst)
                {
                    Console.WriteLine(measured);
                }
            }
            else if (parsed.GetValue(options.GenerateOne) is { } generation)
            {
                Console.WriteLine(GenerateRun.Measure(generation));
            }
            else if (parsed.GetValue(options.WriteCheckpoint) is [var geometry, var folder])
            {
                RealSize.Write(geometry, folder);
                Console.WriteLine(folder);
            }
            else
            {
                return Measure(parsed, options);
            }

            return 0;
        });
        return command;
    }

    static int Measure(ParseResult parsed, Options options)
    {
        var settings = options.Settings(parsed);
        var onDisk = parsed.GetValue(options.OnDisk) || BenchGeometry.RealSize.ContainsKey(settings.Geometry);
        Check(parsed, options, settings, onDisk);
        var rounds = parsed.GetValue(options.Rounds);
        string[] measure = [.. Self(), Name, One];
        try
        {
            if (parsed.GetValue(options.Generate))
            {
                string[] one = [.. Self(), Name, OneGeneration];
                var (generate, script) = (options.GenerateSettings(parsed), parsed.GetValue(options.Script));
                Console.WriteLine(GenerateRun.Run(generate, one, script, rounds, Console.Error.WriteLine, Interrupt.Token));
            }
            else if (parsed.GetValue(options.Scaling) is { } folder)
            {
                CheckFolder(folder);
                var scaling = Scaling.Run(settings, measure, rounds, Console.Error.WriteLine, Interrupt.Token);
                Console.Write(scaling.ToCsv());
                ScalingPlot.Write(scaling, folder);
            }
            else if (parsed.GetValue(options.Launcher) is { } launcher)
            {
                string[] words = [.. CommandLineParser.SplitCommandLine(launcher)];
                Console.WriteLine(RanksBench.Run(settings, words, measure, rounds, Console.Error.WriteLine, Interrupt.Token).ToMarkdown());
            }
            else if (onDisk)
            {
                string[] write = [.. Self(), Name, WriteModel];
                var root = parsed.GetRequiredValue(options.Folder);
                Console.WriteLine(RealSize.Run(settings, root, write, measure, Console.Error.WriteLine, Interrupt.Token).ToMarkdown());
            }
            else
            {
                var script = parsed.GetValue(options.Script);
                Console.WriteLine(BenchRun.Run(settings, measure, script, rounds, Console.Error.WriteLine, Interrupt.Token).ToMarkdown());
            }

            return 0;
        }
        catch (OperationCanceledException)
        {
            return InterruptedExitCode;
        }
    }

    /// <summary>Refuses what contradicts itself or cannot fit before anything is measured.</summary>
    static void Check(ParseResult parsed, Options options, BenchSettings settings, bool onDisk)
    {
        var generate = parsed.GetValue(options.Generate);
        string[] benches =
        [
            .. parsed.GetValue(options.Scaling) is null ? Array.Empty<string>() : [options.Scaling.Name],
            .. parsed.GetValue(options.Launcher) is null ? Array.Empty<string>() : [options.Launcher.Name],
            // Of both there is a script.
            .. generate ? [options.Generate.Name]
            : parsed.GetValue(options.Script) is null ? Array.Empty<string>()
            : [options.Script.Name],
            .. onDisk ? [$"{options.OnDisk.Name} (or a geometry that implies it)"] : Array.Empty<string>(),
        ];
        if (benches.Length > 1)
        {
            throw new UserException($"{string.Join(" and ", benches)} are different benches. Ask for one at a time.");
        }

        if (generate)
        {
            CheckMemory(GenerateStep.Estimate(options.GenerateSettings(parsed), BenchGeometry.Of(settings)));
            return;
        }

        if (settings.Text < settings.Query + settings.Response)
        {
            throw new UserException(
                $"--text is {settings.Text}, less than the query and a response together ({settings.Query + settings.Response})."
            );
        }

        var need = BenchStep.Estimate(settings, BenchGeometry.Of(settings));
        if (!onDisk && need.Total > new MachineMemory().Installed)
        {
            throw new UserException(
                $"A step of {settings.Geometry} in fp32 needs about {need}, more than there is. Measure it with {options.OnDisk.Name}."
            );
        }
    }

    static void CheckMemory(long need)
    {
        if (need > new MachineMemory().Installed)
        {
            throw new UserException(
                $"Writing answers needs {MemoryEstimate.Gibibytes(need)} GiB in fp32, more than there is. Set a smaller --token-budget or geometry."
            );
        }
    }

    /// <summary>The command that starts this program; started by `dotnet svco.dll` the process is dotnet, and the program its first argument.</summary>
    static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, typeof(BenchCommand).Assembly.Location]
            : [Environment.ProcessPath!];

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
