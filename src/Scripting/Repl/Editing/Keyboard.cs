using System.Text;

namespace SVco.Scripting.Repl.Editing;

/// <summary>The keys of this process's terminal, and its size.</summary>
sealed class Keyboard
{
    // Bracketed paste (xterm's ctlseqs): what is pasted comes between these, so that its line ends are no Enter keys.
    const string PasteOn = "\u001b[?2004h";
    const string PasteOff = "\u001b[?2004l";
    const string PasteBegins = "[200~";
    const string PasteEnds = "\u001b[201~";

    readonly Queue<ConsoleKeyInfo> ahead = new();

    /// <summary>Whether a key waits to be read.</summary>
    public bool IsPressed => ahead.Count > 0 || Console.KeyAvailable;

    /// <summary>Columns.</summary>
    public int Width => Console.WindowWidth is > 0 and var width ? width : 80;

    /// <summary>Rows.</summary>
    public int Height => Console.WindowHeight is > 0 and var height ? height : 24;

    /// <summary>Takes keys, Ctrl-C too, until the result is disposed.</summary>
    public IDisposable Begin()
    {
        Console.TreatControlCAsInput = true;
        Console.Out.Write(PasteOn);
        return new Mode();
    }

    /// <summary>Waits for a key.</summary>
    public ConsoleKeyInfo Read() => ahead.TryDequeue(out var key) ? key : Console.ReadKey(intercept: true);

    /// <summary>What is pasted, when the escape key that was read is the beginning of that; else null.</summary>
    public string? ReadPaste()
    {
        // The letters of an escape sequence come together; of one that is something else they are keys.
        var read = new List<ConsoleKeyInfo>();
        foreach (var expected in PasteBegins)
        {
            if (!IsPressed)
            {
                break;
            }

            read.Add(Read());
            if (read[^1].KeyChar != expected)
            {
                break;
            }
        }

        if (string.Concat(read.Select(key => key.KeyChar)) != PasteBegins)
        {
            read.ForEach(ahead.Enqueue);
            return null;
        }

        var text = new StringBuilder();
        while (!text.ToString().EndsWith(PasteEnds, StringComparison.Ordinal))
        {
            text.Append(Read().KeyChar);
        }

        return text.ToString(0, text.Length - PasteEnds.Length).ReplaceLineEndings("\n").Replace("\t", "    ", StringComparison.Ordinal);
    }

    sealed class Mode : IDisposable
    {
        public void Dispose()
        {
            Console.Out.Write(PasteOff);
            Console.TreatControlCAsInput = false;
        }
    }
}
