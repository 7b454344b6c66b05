using SVco.Core;
using SVco.Files;

namespace SVco.Evaluation.Answers;

/// <summary>
/// Values by key in a <see cref="JsonLog"/>: each is written once and never changed. A process that is killed while it writes loses only the
/// line that it was writing.
/// </summary>
public sealed class KeyedLines<T> : IDisposable
    where T : class
{
    readonly Dictionary<string, T> values = [];
    readonly string path = "";
    readonly FileLock? held;
    readonly JsonLog? log;

    sealed record Line(string Key, T Value);

    /// <summary>Takes up a file, or begins it.</summary>
    /// <param name="path">The file; null keeps the values in memory only.</param>
    /// <param name="others">Files of other processes, whose values are known too.</param>
    /// <exception cref="UserException">Another process writes it, it cannot be read, or one of its lines is not what it should be.</exception>
    public KeyedLines(string? path, IEnumerable<string>? others = null)
    {
        foreach (var line in (others ?? []).SelectMany(JsonLog.Read<Line>))
        {
            values.TryAdd(line.Key, line.Value);
        }

        if (path is null)
        {
            return;
        }

        this.path = path;
        held = new($"{path}.lock", $"Another run writes {path}. Wait for it, or choose another folder.", "Choose another folder.");
        try
        {
            log = new JsonLog(path);
            foreach (var line in JsonLog.Read<Line>(path))
            {
                values.TryAdd(line.Key, line.Value);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Told after each value that is added, on the thread that adds it.</summary>
    public Action Added { get; set; } = () => { };

    /// <summary>The value of a key; null where there is none yet.</summary>
    public T? Find(string key)
    {
        lock (values)
        {
            return values.GetValueOrDefault(key);
        }
    }

    /// <summary>Keeps a value; any thread may.</summary>
    /// <exception cref="UserException">The disk refuses.</exception>
    /// <exception cref="ArgumentException">The key has a value already.</exception>
    public void Add(string key, T value)
    {
        lock (values)
        {
            values.Add(key, value);
            try
            {
                log?.Add(new Line(key, value));
            }
            catch (IOException error)
            {
                throw new UserException($"{path} cannot be written: {error.Message} What is in it stays.", error);
            }
        }

        Added();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        log?.Dispose();
        held?.Dispose();
    }
}
