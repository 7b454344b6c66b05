using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using SVco.Core;
using SVco.Experiments;
using SVco.Files;
using SVco.Models;
using SVco.Models.Hub;
using SVco.Training;
using SVco.Training.Bench;
using SVco.Training.Distributed;
using TorchSharp;
using static System.FormattableString;

namespace SVco.Scripting.Commands;

/// <summary><c>svco doctor</c>: what this machine gives, and whether one step works on it.</summary>
static class DoctorCommand
{
    const int Heading = 10;

    public static Command Create()
    {
        var command = new Command(
            "doctor",
            "What this machine gives: native libraries, device, memory, caches; and whether one training step works."
        );
        command.SetAction((_, stop) => RunAsync(stop));
        return command;
    }

    static async Task<int> RunAsync(CancellationToken stop)
    {
        var ranks = Collectives.OfProcess;
        var seen = RanksCheck.Run(ranks);
        if (ranks.Rank > 0)
        {
            return 0;
        }

        (string Heading, Func<Task<string>> Look)[] looks =
        [
            ("SVco", () => Task.FromResult(SvcoVersion.Text)),
            (
                "runtime",
                () =>
                    Task.FromResult(
                        $".NET {Environment.Version} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"
                    )
            ),
            ("scripts", () => Task.FromResult(Repository.Root)),
            ("natives", () => Task.FromResult(Natives())),
            ("versions", () => Task.FromResult(NativeLibraries.Versions)),
            ("device", () => Task.FromResult(Device())),
            ("memory", () => Task.FromResult(Memory())),
            ("ranks", () => Task.FromResult(Ranks(seen))),
            ("disk", () => Task.FromResult($"{DiskSpace.Text(DiskSpace.Free("."))} free in {Environment.CurrentDirectory}")),
            ("cache", () => Task.FromResult($"{CacheRoot.Folder}, {Size(CacheRoot.Folder)}; SVCO_CACHE names another")),
            ("hub", () => Task.FromResult($"{HubSettings.FromEnvironment()}")),
            ("products", () => Task.FromResult(Products())),
            ("one step", () => StepAsync(stop)),
        ];
        var code = 0;
        foreach (var (heading, look) in looks)
        {
            string text;
            try
            {
                text = await look();
            }
            catch (UserException error)
            {
                (text, code) = ($"no: {error.Message}", 1);
            }

            Console.WriteLine($"{heading.PadRight(Heading)}{text}");
        }

        return code;
    }

    static string Natives()
    {
        NativeLibraries.Load();
        return NativeLibraries.Place is { Length: > 0 } place ? place : "where the system finds them";
    }

    static string Device()
    {
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        return $"{(count > 0 ? $"{count} CUDA" : "cpu")}, {torch.get_num_threads()} threads on {Environment.ProcessorCount} cores";
    }

    static string Memory()
    {
        var machine = new MachineMemory();
        return $"{DiskSpace.Text(machine.Free)} free of {DiskSpace.Text(machine.Installed)}";
    }

    static string Ranks(RanksCheck seen) =>
        seen.Hosts.Count == 1
            ? seen.Description
            : Invariant(
                $"{seen.Hosts.Count} through {seen.Description}: {string.Join(", ", seen.Hosts.CountBy(host => host).Select(host => $"{host.Value} on {host.Key}"))}; "
            ) + Invariant($"each sends {seen.BytesPerSecond / 1e9:F2} GB/s, an agreement takes {seen.Latency.TotalMicroseconds:F0} us");

    static string Size(string folder) =>
        Directory.Exists(folder)
            ? DiskSpace.Text(new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length))
            : "empty";

    static string Products() =>
        Invariant(
            $"{BenchStep.MachineRate(torch.ScalarType.Float32, seconds: 0.5) / 1e9:F0} GFLOP/s in fp32, {BenchStep.MachineRate(torch.ScalarType.BFloat16, seconds: 0.5) / 1e9:F0} in bf16, of large matrix products"
        );

    /// <summary>A step of S-VCO on the bundled checkpoint and pairs, in a folder that goes.</summary>
    static async Task<string> StepAsync(CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("svco-doctor");
        try
        {
            var watch = Stopwatch.StartNew();
            var asked = (CommandLine.Run)
                ExperimentCommandLine.Parse(
                    new Experiment("doctor").OrTiny(),
                    ["--max-steps", "1", "--feature-cache", "0", "--output", Path.Combine(folder.FullName, "run")]
                );
            // Of several ranks this one alone takes the step.
            var result = await asked.Experiment.RunAsync(new SingleProcess(), restart: false, progress: null, stop);
            return Invariant(
                $"S-VCO on the bundled checkpoint: loss {result.Train!["loss"]:F4}, {watch.Elapsed.TotalSeconds:F1} s with everything around it"
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
