using System.Text.Json;
using TorchSharp.Modules;

namespace SVco.Training;

/// <summary>
/// Numbers of a run as they come: one JSON object a line in <c>metrics.jsonl</c>, flushed line by line, and TensorBoard events beside it.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    readonly StreamWriter _lines;
    readonly SummaryWriter _events;

    /// <summary>Appends to the logs in <paramref name="folder"/>.</summary>
    public MetricsLog(string folder)
    {
        _lines = new StreamWriter(Path.Combine(folder, "metrics.jsonl"), append: true) { AutoFlush = true };
        _events = TorchSharp.torch.utils.tensorboard.SummaryWriter(Path.Combine(folder, "tensorboard"), createRunName: false);
    }

    /// <summary>Writes one line: the step and its values by name. A value that is not a number is written as null.</summary>
    public void Write(int step, IEnumerable<KeyValuePair<string, double>> values)
    {
        var line = new SortedDictionary<string, object?>(StringComparer.Ordinal) { ["step"] = step };
        foreach (var (name, value) in values)
        {
            line[name] = double.IsFinite(value) ? value : null;
            _events.add_scalar(name, (float)value, step);
        }

        _lines.WriteLine(JsonSerializer.Serialize(line));
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}
