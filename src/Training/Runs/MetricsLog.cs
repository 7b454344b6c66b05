using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Files;
using TorchSharp.Modules;

namespace SVco.Training;

/// <summary>
/// Numbers of a run as they come: one JSON object a line in <c>metrics.jsonl</c>, each on its way to the disk at once, and TensorBoard events beside it.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    /// <summary>The name of the file in a run's folder.</summary>
    public const string FileName = "metrics.jsonl";

    /// <summary>The name of the folder of TensorBoard events in a run's folder.</summary>
    internal const string EventsFolder = "tensorboard";

    const string IdleShare = "idle_share";
    const string ExchangedBytes = "exchanged_bytes";

    readonly string _path;
    readonly JsonLog _lines;
    readonly SummaryWriter _events;

    /// <summary>Appends to the logs in <paramref name="folder"/>.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="step">The step the run goes on from; lines of later steps, which will be made again, are taken out.</param>
    public MetricsLog(string folder, int step)
    {
        _path = Path.Combine(folder, FileName);
        if (File.Exists(_path))
        {
            var lines = Read(folder);
            IsEvaluated = lines.Any(line => line.Step == step && line.IsValidation);
            // Those that stay, byte for byte.
            JsonLines.Write(
                _path,
                [.. JsonLog.Read<JsonElement>(_path).Zip(lines).Where(line => line.Second.Step <= step).Select(line => line.First)]
            );
        }

        _lines = new JsonLog(_path);
        _events = TorchSharp.torch.utils.tensorboard.SummaryWriter(Path.Combine(folder, EventsFolder), createRunName: false);
    }

    /// <summary>The lines of a run so far; none where it has no log yet.</summary>
    /// <exception cref="UserException">A line is not what it should be.</exception>
    public static ImmutableArray<MetricsLine> Read(string folder) =>
        Path.Combine(folder, FileName) is var log && File.Exists(log) ? [.. JsonLog.Read<MetricsLine>(log)] : [];

    /// <summary>Whether there is a line already of the validation after the step the run goes on from.</summary>
    public bool IsEvaluated { get; }

    /// <summary>Writes what a run tells, under the official trainer's names.</summary>
    /// <exception cref="UserException">The disk refuses.</exception>
    public void Write(TrainingEvent next)
    {
        try
        {
            WriteOut(next);
        }
        catch (IOException error)
        {
            throw new UserException(
                $"{_path} cannot be written: {error.Message} Make room; the same command goes on from the last saved state.",
                error
            );
        }
    }

    void WriteOut(TrainingEvent next)
    {
        switch (next)
        {
            case TrainingEvent.Stepped step:
                Write(
                    step.Step,
                    [
                        new("epoch", step.Epoch),
                        new("loss", step.Metrics.Loss),
                        new("learning_rate", step.LearningRate),
                        new("grad_norm", step.GradientNorm),
                        new("tokens", step.Tokens),
                        .. step.Traffic is { } traffic
                            ? new KeyValuePair<string, double>[] { new(IdleShare, traffic.IdleShare), new(ExchangedBytes, traffic.Bytes) }
                            : [],
                        .. step.Metrics.Official("train"),
                    ]
                );
                // A run that was interrupted has other times; of one process, metrics.jsonl has only what comes out the same.
                _events.add_scalar("time/step_seconds", (float)step.Time.TotalSeconds, step.Step);
                _events.add_scalar("time/data_seconds", (float)step.DataTime.TotalSeconds, step.Step);
                break;
            case TrainingEvent.Evaluated evaluated:
                Write(evaluated.Step, [new(MetricsLine.EvaluationLoss, evaluated.Metrics.Loss), .. evaluated.Metrics.Official("eval")]);
                break;
        }
    }

    void Write(int step, IEnumerable<KeyValuePair<string, double>> values)
    {
        var line = new SortedDictionary<string, double?>(StringComparer.Ordinal) { [MetricsLine.StepName] = step };
        foreach (var (name, value) in values)
        {
            line[name] = double.IsFinite(value) ? value : null;
            _events.add_scalar(name, (float)value, step);
        }

        _lines.Add(line);
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}
