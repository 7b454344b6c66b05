using System.Collections.Immutable;
using SVco.Core;
using SVco.Files;

namespace SVco.Scripting.Repl.Editing;

/// <summary>An input of an earlier time.</summary>
/// <param name="Input">Its text.</param>
sealed record HistoryEntry(string Input);

/// <summary>The inputs of this session and of those before it, in a file of one a line.</summary>
sealed class History
{
    /// <summary>The most inputs that are kept from session to session.</summary>
    const int Most = 1000;

    readonly string file;
    readonly Action<string> note;

    /// <summary>Reads the inputs of earlier sessions.</summary>
    /// <param name="file">The file.</param>
    /// <param name="note">Is told when it cannot be read or written; the session goes on without.</param>
    public History(string file, Action<string> note)
    {
        (this.file, this.note) = (file, note);
        Try(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            Inputs = File.Exists(file) ? [.. JsonLog.Read<HistoryEntry>(file).Select(entry => entry.Input)] : [];
            if (Inputs.Length > 2 * Most)
            {
                Inputs = Inputs[^Most..];
                JsonLines.Write(file, Inputs.Select(input => new HistoryEntry(input)));
            }
        });
    }

    /// <summary>The inputs, the oldest first.</summary>
    public ImmutableArray<string> Inputs { get; private set; } = [];

    /// <summary>Keeps an input, unless it is the one before again.</summary>
    public void Add(string input)
    {
        if (input.Trim().Length == 0 || (!Inputs.IsEmpty && Inputs[^1] == input))
        {
            return;
        }

        Inputs = Inputs.Add(input);
        Try(() =>
        {
            // Open no longer than it takes: another session may write too.
            using var log = new JsonLog(file);
            log.Add(new HistoryEntry(input));
        });
    }

    /// <summary>The newest input before a place that begins as given; null where there is none.</summary>
    public int? Before(int place, string beginning) => Find(Enumerable.Range(0, place).Reverse(), beginning);

    /// <summary>The oldest input behind a place that begins as given; null where there is none.</summary>
    public int? After(int place, string beginning) => Find(Enumerable.Range(0, Inputs.Length).Skip(place + 1), beginning);

    int? Find(IEnumerable<int> places, string beginning) =>
        places.Where(place => Inputs[place].StartsWith(beginning, StringComparison.Ordinal)).Cast<int?>().FirstOrDefault();

    void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is UserException or IOException or UnauthorizedAccessException)
        {
            note($"The history in {file} is not kept: {error.Message}");
        }
    }
}
