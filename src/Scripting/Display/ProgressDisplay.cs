using Spectre.Console;

namespace SVco.Scripting.Display;

/// <summary>What a person sees of something that takes long: a progress bar in a terminal, a line now and then elsewhere.</summary>
static class ProgressDisplay
{
    /// <summary>Whether somebody looks at a terminal in which rows can be drawn over.</summary>
    public static bool IsTerminal => AnsiConsole.Profile.Capabilities is { Interactive: true, Ansi: true } && !Console.IsOutputRedirected;

    /// <summary>Begins to show a stage of a run.</summary>
    /// <param name="title">Its name.</param>
    /// <param name="done">How many of its items were done before; the time left does not count them.</param>
    /// <param name="total">How many items it has.</param>
    /// <param name="stop">Cancelled by Ctrl-C.</param>
    public static IProgressDisplay Create(string title, int done, int total, CancellationToken stop) =>
        IsTerminal ? new ProgressBar(title, done, total, stop) : new ProgressLines(title, done, total);
}
