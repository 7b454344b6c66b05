namespace SVco.Scripting.Repl.Editing;

/// <summary>The keys of a terminal, and its size.</summary>
interface IKeyboard
{
    /// <summary>Whether a key waits to be read.</summary>
    bool IsPressed { get; }

    /// <summary>Columns.</summary>
    int Width { get; }

    /// <summary>Rows.</summary>
    int Height { get; }

    /// <summary>Takes keys, Ctrl-C too, until the result is disposed.</summary>
    IDisposable Begin();

    /// <summary>Waits for a key.</summary>
    ConsoleKeyInfo Read();

    /// <summary>What is pasted, when the escape key that was read is the beginning of that; else null.</summary>
    string? ReadPaste();
}
