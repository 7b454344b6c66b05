using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Core;
using SVco.Training.Distributed;

namespace SVco.Training.Bench;

/// <summary>Measures the rows in turn, each in a process of its own, so that each has its own peak memory and none warms up another.</summary>
public static class BenchRun
{
    /// <summary>The environment variable that names the Python with PyTorch and transformers.</summary>
    public const string PythonVariable = "SVCO_REFERENCE_PYTHON";

    static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The Python that runs scripts.</summary>
    internal static string Python => Environment.GetEnvironmentVariable(PythonVariable) is { Length: > 0 } named ? named : "python3";

    /// <summary>Settings as an argument for the process that measures them.</summary>
    public static string ToArgument(BenchSettings settings) => JsonSerializer.Serialize(settings, Json);

    /// <summary>What the measuring process does: reads the argument, measures, and gives the line to print.</summary>
    public static string Measure(string argument) =>
        JsonSerializer.Serialize(BenchStep.Run(JsonSerializer.Deserialize<BenchSettings>(argument, Json)!, Collectives.OfProcess), Json);

    /// <summary>Runs everything.</summary>
    /// <param name="settings">Geometry, lengths and steps.</param>
    /// <param name="self">The command that measures one of our rows, to which the settings are appended.</param>
    /// <param name="script">The path of official_step.py, or none.</param>
    /// <param name="rounds">How often each row is measured.</param>
    /// <param name="progress">Is told what is being measured.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserException">A process failed; the message has what it said.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static BenchTable Run(
        BenchSettings settings,
        IReadOnlyList<string> self,
        string? script,
        int rounds,
        Action<string> progress,
        CancellationToken stop
    )
    {
        // A mistake in the geometry is told here, not by a child.
        var config = BenchGeometry.Read(settings.Geometry);
        // PyTorch's mixed precision holds weights, gradients and moments of the same parameters in fp32 too.
        var theirOwn = BenchStep.Estimate(settings, config).Own >> 20;
        var rows = BenchRow.All(settings, script is not null);
        return new(
            rows,
            [
                .. Enumerable
                    .Range(1, rounds)
                    .Select(round =>
                        rows.ToImmutableDictionary(
                            row => row.Name,
                            row =>
                            {
                                progress($"{round}/{rounds} {row.Name}");
                                return row.Ours is { } ours ? Ours(ours, self, stop) : Theirs(row, script!, theirOwn, stop);
                            }
                        )
                    ),
            ]
        );
    }

    /// <summary>One row of ours, measured in its own process.</summary>
    internal static BenchResult Measured(BenchSettings settings, IReadOnlyList<string> self, CancellationToken stop) =>
        JsonSerializer.Deserialize<BenchResult>(LastLine([.. self, ToArgument(settings)], stop), Json)!;

    static BenchSample Ours(BenchSettings settings, IReadOnlyList<string> self, CancellationToken stop)
    {
        var result = Measured(settings, self, stop);
        return new(result.Median, result.Tokens, result.PeakBytes >> 20, result.OwnBytes >> 20, result);
    }

    static BenchSample Theirs(BenchRow row, string script, long ownMib, CancellationToken stop)
    {
        using var said = JsonDocument.Parse(LastLine([Python, script, .. row.Script], stop));
        return new(
            said.RootElement.GetProperty("median").GetDouble(),
            said.RootElement.GetProperty("lm_tokens_a_step").GetInt64(),
            said.RootElement.GetProperty("peak_mib").GetInt64(),
            ownMib,
            null
        );
    }

    static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new UserException(
                $"'{start.FileName}' cannot be started: {error.Message}. For a Python with PyTorch set {PythonVariable} to its path.",
                error
            );
        }
    }

    /// <summary>The last line that a command writes.</summary>
    internal static string LastLine(IReadOnlyList<string> command, CancellationToken stop) =>
        Lines(command, stop) is [.., var last] ? last : throw new UserException($"'{string.Join(' ', command)}' wrote nothing.");

    /// <summary>The lines that a command writes.</summary>
    internal static string[] Lines(IReadOnlyList<string> command, CancellationToken stop)
    {
        const int interrupted = 130;
        stop.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Started(start);
        using var killing = stop.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        // A terminal's Ctrl-C may reach the child before us.
        if (stop.IsCancellationRequested || process.ExitCode == interrupted)
        {
            throw new OperationCanceledException(stop);
        }

        return process.ExitCode == 0
            ? lines
            : throw new UserException(
                $"'{string.Join(' ', command)}' ended with exit code {process.ExitCode}. It said:\n{errors.Result.Trim()}\n"
                    + $"For a Python with PyTorch set {PythonVariable} to its path."
            );
    }
}
