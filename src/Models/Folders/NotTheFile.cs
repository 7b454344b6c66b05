namespace SVco.Models.Folders;

/// <summary>Recognises what often stands in the place of a file that was not fetched.</summary>
static class NotTheFile
{
    /// <summary>What the beginning of a file shows it to be, and what to do, as the rest of a sentence; null where it shows nothing.</summary>
    public static string? Says(ReadOnlySpan<byte> start) =>
        start.StartsWith("version https://git-lfs"u8)
            ? "is a Git LFS pointer and not the file itself: the repository was cloned without Git LFS. Run `git lfs pull` in it, or `hf download`."
        : IsHtml(start) ? "is a web page and not the file itself. Fetch the file with `hf download`, or by the hub page's download link."
        : null;

    static bool IsHtml(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart(" \t\r\n"u8);
        return StartsWith(text, "<!doctype html"u8) || StartsWith(text, "<html"u8);

        static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> what) =>
            text.Length >= what.Length && System.Text.Ascii.EqualsIgnoreCase(text[..what.Length], what);
    }
}
