using Spectre.Console;

namespace SVco.Scripting.Printing;

/// <summary>Shows values in the terminal or, where the output goes elsewhere, as plain text.</summary>
public static class Printer
{
    static readonly Lazy<IAnsiConsole> Shared = new(() => ConsoleFor(Console.Out, Console.IsOutputRedirected));
    static readonly Lazy<PictureWay> Way = new(() =>
        PictureWays.Find(HasColours, isAsked: !Console.IsInputRedirected && !Console.IsOutputRedirected)
    );

    /// <summary>Shows a value: a table, a formula, a pair with its images and its contrast marked, a tensor's shape and range, ...</summary>
    public static void Print(object? value)
    {
        if (value is null)
        {
            Shared.Value.WriteLine("none");
            return;
        }

        // Rows end their last line, a text alone does not.
        Shared.Value.Write(new Rows(ValuePrinters.Of(value, Way.Value)));
    }

    /// <summary>Whether colours are shown: not where the output goes to a file, the terminal is dumb, or NO_COLOR is set (no-color.org).</summary>
    internal static bool HasColours => Shared.Value.Profile.Capabilities.ColorSystem != ColorSystem.NoColors;

    internal static IAnsiConsole ConsoleFor(TextWriter writer, bool isRedirected)
    {
        var isPlain = isRedirected || IsDumb || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        return AnsiConsole.Create(
            new()
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
                ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
                Interactive = InteractionSupport.No,
            }
        );
    }

    /// <summary>Whether the terminal cannot even move its cursor.</summary>
    internal static bool IsDumb => Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb" && !OperatingSystem.IsWindows();
}
