using System.Diagnostics;

namespace SVco.Scripting.Printing;

/// <summary>Finds out how a terminal shows pictures.</summary>
static class PictureWays
{
    // Asks for the primary device attributes; a terminal that knows sixel has a 4 among them (DEC STD 070; xterm's ctlseqs).
    const string WhatAreYou = "\u001b[c";

    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>The way of this process's terminal.</summary>
    /// <param name="hasColours">Whether it takes colours.</param>
    /// <param name="isAsked">Whether it may be asked: both its ends are this process's.</param>
    public static PictureWay Find(bool hasColours, bool isAsked) =>
        Of(Environment.GetEnvironmentVariable) is { } known ? known
        : !hasColours ? PictureWay.None
        : isAsked && HasSixel(Answer()) ? PictureWay.Sixel
        : PictureWay.Blocks;

    /// <summary>What the environment says; null where it says nothing. SVCO_PICTURES (kitty, sixel, blocks, none) comes first.</summary>
    internal static PictureWay? Of(Func<string, string?> variable) =>
        Enum.TryParse<PictureWay>(variable("SVCO_PICTURES"), ignoreCase: true, out var chosen) ? chosen
        : variable("TMUX") is { Length: > 0 } ? null
        : variable("KITTY_WINDOW_ID") is { Length: > 0 } || variable("TERM") is "xterm-kitty" or "xterm-ghostty" ? PictureWay.Kitty
        : null;

    internal static bool HasSixel(string answer) =>
        answer.IndexOf('?', StringComparison.Ordinal) is >= 0 and var start
        && answer[(start + 1)..].TrimEnd('c').Split(';').Skip(1).Contains("4");

    static string Answer()
    {
        Console.Out.Write(WhatAreYou);
        Console.Out.Flush();
        var (answer, clock) = ("", Stopwatch.StartNew());
        while (!answer.EndsWith('c') && clock.Elapsed < Patience)
        {
            if (Console.KeyAvailable)
            {
                answer += Console.ReadKey(intercept: true).KeyChar;
            }
            else
            {
                Thread.Sleep(5);
            }
        }

        return answer;
    }
}
