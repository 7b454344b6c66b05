using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using SVco.Core;
using SVco.Curation.Output;

namespace SVco.Curation.Augmentation;

/// <summary>An answer that was paid for.</summary>
/// <param name="Call">SHA-256 of everything that was asked: pair, model, settings, messages.</param>
/// <param name="Pair">The pair's id, for people.</param>
/// <param name="Text">What the model wrote; empty for a refusal.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens of the answer.</param>
public sealed record JournaledAnswer(string Call, string Pair, string Text, long InputTokens, long OutputTokens);

/// <summary>
/// Every answer on disk before it counts: lines of a checksum and a JSON object, only appended to, synced before <see cref="AddAsync"/>
/// returns (answers that come together share one sync). In memory are 28 bytes an answer and its place.
/// </summary>
sealed class AnswerJournal : IAsyncDisposable
{
    const int CheckLetters = 16;

    readonly FileStream file;
    readonly Dictionary<UInt128, (long Start, int Length)> places = [];
    readonly Channel<(JournaledAnswer Answer, TaskCompletionSource Written)> waiting = Channel.CreateUnbounded<(
        JournaledAnswer,
        TaskCompletionSource
    )>();
    readonly Task writer;

    /// <summary>Opens or makes a journal; a line that a kill left half written is cut off.</summary>
    /// <exception cref="UserException">Another process writes it.</exception>
    public AnswerJournal(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        }
        catch (IOException error)
        {
            throw new UserException($"{path} cannot be opened: {error.Message} Does another `svco data augment` run?", error);
        }

        Load();
        writer = WriteAsync();
    }

    /// <summary>How many answers a journal has for each pair; empty when there is no journal.</summary>
    public static Dictionary<string, int> AnswersByPair(string path) =>
        !File.Exists(path)
            ? []
            : File.ReadLines(path)
                .Select(line => Parse(Encoding.UTF8.GetBytes(line)))
                .OfType<JournaledAnswer>()
                .CountBy(answer => answer.Pair)
                .ToDictionary();

    /// <summary>Answers.</summary>
    public int Count => places.Count;

    /// <summary>Lines whose checksum is wrong; their calls are made again.</summary>
    public int Damaged { get; private set; }

    /// <summary>Tokens of all prompts.</summary>
    public long InputTokens { get; private set; }

    /// <summary>Tokens of all answers.</summary>
    public long OutputTokens { get; private set; }

    /// <summary>The answer to a call, null when it was not made.</summary>
    public JournaledAnswer? Find(string call)
    {
        (long Start, int Length) place;
        lock (places)
        {
            if (!places.TryGetValue(Short(call), out place))
            {
                return null;
            }
        }

        var line = new byte[place.Length];
        RandomAccess.Read(file.SafeFileHandle, line, place.Start);
        return Parse(line) is { } answer && answer.Call == call ? answer : null;
    }

    /// <summary>Returns when the disk has the answer.</summary>
    public Task AddAsync(JournaledAnswer answer)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return waiting.Writer.TryWrite((answer, written)) ? written.Task : throw new ObjectDisposedException(nameof(AnswerJournal));
    }

    /// <summary>Writes what is waiting and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writer;
        await file.DisposeAsync();
    }

    async Task WriteAsync()
    {
        while (await waiting.Reader.WaitToReadAsync())
        {
            var batch = new List<TaskCompletionSource>();
            try
            {
                while (waiting.Reader.TryRead(out var next))
                {
                    batch.Add(next.Written);
                    Append(next.Answer);
                }

                file.Flush(flushToDisk: true);
                batch.ForEach(written => written.SetResult());
            }
            catch (IOException error)
            {
                batch.ForEach(written =>
                    written.TrySetException(new UserException($"{file.Name} cannot be written: {error.Message}", error))
                );
            }
        }
    }

    void Append(JournaledAnswer answer)
    {
        var json = JsonLines.Line(answer);
        byte[] line = [.. Check(json), (byte)' ', .. json, (byte)'\n'];
        lock (places)
        {
            places[Short(answer.Call)] = (file.Position, line.Length - 1);
            InputTokens += answer.InputTokens;
            OutputTokens += answer.OutputTokens;
        }

        file.Write(line);
    }

    void Load()
    {
        var (start, whole) = (0L, 0L);
        foreach (var line in Lines())
        {
            if (line.IsWhole)
            {
                if (Parse(line.Bytes) is { } answer)
                {
                    places[Short(answer.Call)] = (start, line.Bytes.Length);
                    InputTokens += answer.InputTokens;
                    OutputTokens += answer.OutputTokens;
                }
                else
                {
                    Damaged++;
                }

                whole = start + line.Bytes.Length + 1;
            }

            start += line.Bytes.Length + 1;
        }

        file.SetLength(whole);
        file.Position = whole;
    }

    IEnumerable<(byte[] Bytes, bool IsWhole)> Lines()
    {
        var buffer = new byte[1 << 20];
        var line = new MemoryStream();
        file.Position = 0;
        for (int read; (read = file.Read(buffer)) > 0; )
        {
            var from = 0;
            for (int end; (end = Array.IndexOf(buffer, (byte)'\n', from, read - from)) >= 0; from = end + 1)
            {
                line.Write(buffer, from, end - from);
                yield return (line.ToArray(), true);
                line.SetLength(0);
            }

            line.Write(buffer, from, read - from);
        }

        if (line.Length > 0)
        {
            yield return (line.ToArray(), false);
        }
    }

    static JournaledAnswer? Parse(byte[] line)
    {
        if (line.Length < CheckLetters + 1 || !line.AsSpan(0, CheckLetters).SequenceEqual(Check(line.AsSpan(CheckLetters + 1))))
        {
            return null;
        }

        return JsonSerializer.Deserialize<JournaledAnswer>(line.AsSpan(CheckLetters + 1), JsonLines.Options);
    }

    static byte[] Check(ReadOnlySpan<byte> json) =>
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))[..CheckLetters]);

    static UInt128 Short(string call) => UInt128.Parse(call.AsSpan(0, 32), System.Globalization.NumberStyles.HexNumber);
}
