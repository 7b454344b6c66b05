namespace SVco.Experiments;

/// <summary>The end of what a process printed, which mostly says why it ended.</summary>
public static class LastWords
{
    const int Lines = 4;

    /// <summary>The last lines of a log as one; empty where there is none.</summary>
    /// <param name="log">The file.</param>
    public static string Of(string log) => File.Exists(log) ? Of(File.ReadLines(log)) : "";

    /// <summary>The last lines of a log as one.</summary>
    public static string Of(IEnumerable<string> lines) =>
        string.Join(' ', lines.Select(line => line.Trim()).Where(line => line.Length > 0).TakeLast(Lines));
}
