using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Core;
using SVco.Files;

namespace SVco.Evaluation.Answers;

/// <summary>
/// What was found out, by key: a file of JSON lines that grows, each written once and kept. Whoever is killed while writing loses the line
/// that was being written and no other.
/// </summary>
public sealed class KeyedLines<T> : IDisposable
    where T : class
{
    // A model that diverged gives log-probabilities that are not numbers.
    static readonly JsonSerializerOptions Json = new(JsonLines.Options)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    readonly Dictionary<string, T> values = [];
    readonly FileStream? file;

    sealed record Line(string Key, T Value);

    /// <summary>Takes up a file, or begins it.</summary>
    /// <param name="path">The file; null keeps the values in memory only.</param>
    /// <exception cref="UserException">Another process writes it, it cannot be read, or one of its lines is not what it should be.</exception>
    public KeyedLines(string? path)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            ReadAll(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be opened, or another run writes it: {error.Message}", error);
        }
    }

    /// <summary>The value of a key; null where there is none yet.</summary>
    public T? Find(string key) => values.GetValueOrDefault(key);

    /// <summary>Keeps a value.</summary>
    /// <exception cref="UserException">The disk refuses.</exception>
    /// <exception cref="ArgumentException">The key has a value already.</exception>
    public void Add(string key, T value)
    {
        values.Add(key, value);
        try
        {
            file?.Write([.. JsonSerializer.SerializeToUtf8Bytes(new Line(key, value), Json), (byte)'\n']);
            file?.Flush();
        }
        catch (IOException error)
        {
            throw new UserException($"{file!.Name} cannot be written: {error.Message} What is in it stays.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    void ReadAll(string path)
    {
        var bytes = new byte[file!.Length];
        file.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        file.SetLength(whole);
        file.Position = whole;
        var lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (index, text) in lines.Index())
        {
            try
            {
                var line = JsonSerializer.Deserialize<Line>(text, Json)!;
                values.TryAdd(line.Key, line.Value);
            }
            catch (JsonException error)
            {
                throw new UserException($"{path}, line {index + 1}: {error.Message} Take the line out, and it is made again.", error);
            }
        }
    }
}
