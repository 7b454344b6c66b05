using System.Diagnostics;
using SVco.Core;
using SVco.Files;
using SVco.Models;
using TorchSharp;

namespace SVco.Training.Bench;

/// <summary>
/// A model of true size with random bf16 weights, written as on the hub, loaded by memory map, scored, and trained for one step with a LoRA on
/// the frozen base.
/// </summary>
public static class RealSize
{
    const double Spare = 1.02;

    /// <summary>What the writing process does.</summary>
    public static void Write(string geometry, string folder) =>
        VisionLanguageModel.SaveRandom(BenchGeometry.Read(geometry), 0, torch.ScalarType.BFloat16, folder);

    /// <summary>
    /// Writes, measures and takes everything away again, whatever happens. What a killed run left is taken away first.
    /// </summary>
    /// <param name="settings">Geometry and lengths.</param>
    /// <param name="root">The folder under which the checkpoint is written.</param>
    /// <param name="write">The command that writes a checkpoint, to which geometry and folder are appended.</param>
    /// <param name="measure">The command that measures, to which the settings are appended.</param>
    /// <param name="progress">Is told what is being done.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserException">The disk is too small, a process failed, or another such bench is running.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static RealSizeResult Run(
        BenchSettings settings,
        string root,
        IReadOnlyList<string> write,
        IReadOnlyList<string> measure,
        Action<string> progress,
        CancellationToken stop
    )
    {
        var config = BenchGeometry.Read(settings.Geometry);
        var bytes = VisionLanguageModel.ParameterShapes(config).Sum(parameter => parameter.Count) * sizeof(short);
        var measured = settings with { Bf16 = true, MemorySmall = true, LoraRank = 16, Steps = 1, WarmUp = false };
        progress($"memory: about {BenchStep.Estimate(measured, config)}");
        var folder = Path.Combine(Path.GetFullPath(root), "svco-bench-checkpoint");
        using var mine = new FileLock(
            Path.Combine(root, "bench.lock"),
            $"Another bench of true size is running in {root}. Wait for it, or name another folder with --folder.",
            "Name another folder with --folder."
        );
        try
        {
            Clear(folder);
            CheckSpace(root, bytes);
            progress($"writing {bytes / 1e9:f1} GB to {folder}");
            var clock = Stopwatch.StartNew();
            var checkpoint = Path.Combine(folder, "model");
            BenchRun.LastLine([.. write, settings.Geometry, checkpoint], stop);
            var seconds = clock.Elapsed.TotalSeconds;
            progress("loading, scoring and one step");
            var result = BenchRun.Measured(measured with { Checkpoint = checkpoint }, measure, stop);
            return new(bytes, seconds, result);
        }
        finally
        {
            Clear(folder);
        }
    }

    static void Clear(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static void CheckSpace(string root, long bytes)
    {
        var free = new DriveInfo(Path.GetFullPath(root)).AvailableFreeSpace;
        if (free < bytes * Spare)
        {
            throw new UserException(
                $"The disk of {Path.GetFullPath(root)} has {free / 1e9:f1} GB free; the model takes {bytes / 1e9:f1} GB. Name a folder on a larger disk with --folder."
            );
        }
    }
}
