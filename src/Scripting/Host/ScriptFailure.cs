using System.Diagnostics;
using System.Reflection;
using SVco.Core;
using SVco.Experiments;

namespace SVco.Scripting.Host;

/// <summary>An exception in words for the person at the keyboard.</summary>
static class ScriptFailure
{
    /// <param name="error">What the script or a command threw.</param>
    /// <param name="files">The script's own files, the first before the others; none for a command.</param>
    /// <param name="options">How to show it.</param>
    public static string Describe(Exception error, IReadOnlyList<string> files, ScriptHostOptions options) =>
        options.ShowTrace ? Trace(error)
        : Unwrap(error) is var cause && cause is UserException ? ShellCommand.InTypedWords(cause.Message)
        : string.Join('\n', [.. Lines(cause, files, options)]);

    static string Trace(Exception error) =>
        error is UserException
            ? $"{error.GetType()}: {error.Message}\n{error.StackTrace}{(error.InnerException is { } inner ? $"\n{Trace(inner)}" : "")}"
            : error.ToString();

    /// <summary>Relative to the working folder where that is shorter.</summary>
    public static string Show(string path, ScriptHostOptions options) =>
        Path.GetRelativePath(options.WorkingFolder, path) is var relative && relative.Length < path.Length ? relative : path;

    /// <summary>What really went wrong, without the wrappers that the runtime adds.</summary>
    public static Exception Unwrap(Exception error) =>
        error switch
        {
            AggregateException { InnerExceptions: [var single] } => Unwrap(single),
            TargetInvocationException or TypeInitializationException when error.InnerException is { } inner => Unwrap(inner),
            _ => error,
        };

    static IEnumerable<string> Lines(Exception cause, IReadOnlyList<string> files, ScriptHostOptions options)
    {
        for (var error = cause; error is not null; error = error.InnerException)
            yield return (error == cause ? "" : "  because of ") + $"{error.GetType()}: {error.Message}";
        if (Place(cause, files) is { } frame)
            yield return $"  at {Show(frame.GetFileName()!, options)}({frame.GetFileLineNumber()})";
        yield return "This may be a bug in the script or in SVco; with SVCO_TRACE=1 the whole trace is shown.";
    }

    static StackFrame? Place(Exception cause, IReadOnlyList<string> files)
    {
        var frames = new StackTrace(cause, fNeedFileInfo: true).GetFrames();
        return files.Select(file => frames.FirstOrDefault(frame => frame.GetFileName() == file)).FirstOrDefault(frame => frame is not null);
    }
}
