using System.Text.Json;

namespace SVco.Tests;

/// <summary>Short forms for reading golden JSON.</summary>
static class TextGolden
{
    public static int[] Ints(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetInt32())];

    /// <summary>The lines of a .jsonl file; only \n ends a line, other line separators occur inside texts.</summary>
    public static IEnumerable<JsonElement> Lines(string path) =>
        File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);
}
