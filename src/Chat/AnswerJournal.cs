using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using SVco.Core;
using SVco.Files;

namespace SVco.Chat;

/// <summary>An answer that was paid for.</summary>
/// <param name="Call">SHA-256 of everything that was asked, see <see cref="ChatRequest.CallId"/>.</param>
/// <param name="About">What it is about, such as a pair's id, for people.</param>
/// <param name="Model">The model's name, for its price.</param>
/// <param name="Text">What the model wrote, empty for a refusal, where <paramref name="Body"/> does not say it.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens of the answer.</param>
/// <param name="Body">The answer as the server sent it, before anything was read of it.</param>
/// <param name="Cost">What it cost at the price of that day; null in journals of older versions.</param>
public sealed record JournaledAnswer(
    string Call,
    [property: JsonPropertyName("pair")] string About,
    string Model,
    string? Text,
    long InputTokens,
    long OutputTokens,
    string? Body = null,
    double? Cost = null
)
{
    /// <summary>What the model wrote, empty for a refusal; null when the answer cannot be read.</summary>
    public string? Written => Body is null ? Text : ChatAnswer.Text(Body);
}

/// <summary>
/// Every answer on disk before it counts: lines of a checksum and a JSON object, only appended to, synced before <see cref="AddAsync"/>
/// returns (answers that come together share one sync). In memory are its places alone, some 70 bytes an answer whatever its length.
/// </summary>
public sealed class AnswerJournal : IAsyncDisposable
{
    const int CheckLetters = 16;
    const int CallLetters = 64;

    readonly string path;
    readonly FileLock writerLock;

    // A FileStream would not do: its handle may not be read from while its buffer is being written.
    readonly SafeFileHandle file;
    long end;
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
        this.path = path;
        writerLock = new(
            $"{path}.lock",
            $"{path} is being written by another run of this command. Wait for it.",
            "Choose another output folder."
        );
        file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        Load();
        writer = WriteAsync();
    }

    /// <summary>Answers.</summary>
    public int Count => places.Count;

    /// <summary>Lines whose checksum is wrong; their calls are made again.</summary>
    public int Damaged { get; private set; }

    /// <summary>Tokens of all prompts and of all answers, by model.</summary>
    public ImmutableDictionary<string, (long Input, long Output)> Tokens { get; private set; } =
        ImmutableDictionary<string, (long Input, long Output)>.Empty;

    /// <summary>What the answers cost whose cost is in the journal.</summary>
    public double Paid { get; private set; }

    /// <summary>As <see cref="Tokens"/>, of answers whose cost is not in the journal.</summary>
    public ImmutableDictionary<string, (long Input, long Output)> Unpriced { get; private set; } =
        ImmutableDictionary<string, (long Input, long Output)>.Empty;

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
        RandomAccess.Read(file, line, place.Start);
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
        file.Dispose();
        writerLock.Dispose();
    }

    async Task WriteAsync()
    {
        UserException? failure = null;
        while (await waiting.Reader.WaitToReadAsync())
        {
            var batch = new List<(JournaledAnswer Answer, TaskCompletionSource Written)>();
            while (waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            try
            {
                // After half a line a whole one would be damaged with it.
                Append(failure is null ? [.. batch.Select(item => item.Answer)] : throw failure);
                batch.ForEach(item => item.Written.SetResult());
            }
            catch (Exception error) when (error is IOException or UserException)
            {
                failure ??= new UserException($"{path} cannot be written: {error.Message}", error);
                batch.ForEach(item => item.Written.TrySetException(failure));
            }
        }
    }

    void Append(ImmutableArray<JournaledAnswer> answers)
    {
        using var lines = new MemoryStream();
        var written = new List<(JournaledAnswer Answer, long Start, int Length)>();
        foreach (var answer in answers)
        {
            var json = JsonLines.Line(answer);
            byte[] line = [.. Check(json), (byte)' ', .. json, (byte)'\n'];
            written.Add((answer, end + lines.Length, line.Length - 1));
            lines.Write(line);
        }

        RandomAccess.Write(file, lines.GetBuffer().AsSpan(0, (int)lines.Length), end);
        RandomAccess.FlushToDisk(file);
        end += lines.Length;
        lock (places)
        {
            foreach (var (answer, start, length) in written)
            {
                places[Short(answer.Call)] = (start, length);
                Tally(answer);
            }
        }
    }

    void Tally(JournaledAnswer answer)
    {
        Tokens = With(Tokens);
        if (answer.Cost is >= 0 and <= double.MaxValue and var cost)
        {
            Paid += cost;
        }
        else
        {
            Unpriced = With(Unpriced);
        }

        ImmutableDictionary<string, (long Input, long Output)> With(ImmutableDictionary<string, (long Input, long Output)> tokens)
        {
            var (input, output) = tokens.GetValueOrDefault(answer.Model);
            return tokens.SetItem(
                answer.Model,
                (input + ChatAnswer.Plausible(answer.InputTokens), output + ChatAnswer.Plausible(answer.OutputTokens))
            );
        }
    }

    void Load()
    {
        using var lines = InputFile.Open(path, FileShare.ReadWrite);
        foreach (var (start, line) in InputFile.Each(path, "a journal of answers", CompleteLines.Of(lines)))
        {
            if (Parse(line) is { } answer)
            {
                places[Short(answer.Call)] = (start, line.Length);
                Tally(answer);
            }
            else
            {
                Damaged++;
            }
        }

        end = CompleteLines.CutAfter(file);
    }

    static JournaledAnswer? Parse(byte[] line)
    {
        if (line.Length < CheckLetters + 1 || !line.AsSpan(0, CheckLetters).SequenceEqual(Check(line.AsSpan(CheckLetters + 1))))
        {
            return null;
        }

        try
        {
            var answer = JsonSerializer.Deserialize<JournaledAnswer>(line.AsSpan(CheckLetters + 1), JsonLines.Options);
            return answer is { Call.Length: CallLetters, About: not null, Model: not null } && answer.Call.All(char.IsAsciiHexDigit)
                ? answer
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static byte[] Check(ReadOnlySpan<byte> json) => Encoding.ASCII.GetBytes(ContentHash.Of(json)[..CheckLetters]);

    static UInt128 Short(string call) => UInt128.Parse(call.AsSpan(0, 32), System.Globalization.NumberStyles.HexNumber);
}
