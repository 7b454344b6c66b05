using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Models.Text;

/// <summary>Finds a model's chat template and brings it to a form in which equal templates are equal texts.</summary>
internal static partial class ChatTemplate
{
    /// <summary>Known ones have about 1,000; the patterns below take time that grows with the square.</summary>
    const int LongestTemplate = 20_000;

    /// <summary>A folder's template and the file it is from.</summary>
    /// <param name="Text">Jinja.</param>
    /// <param name="File">The file.</param>
    /// <param name="OfTokenizer">It is the tokenizer's: a processor's goes before it, and may be another.</param>
    public readonly record struct Place(string Text, string File, bool OfTokenizer);

    /// <summary>The templates of a model folder, that which counts first; none where no file has one.</summary>
    /// <exception cref="UserException">A file cannot be read, or a template is too long.</exception>
    public static Place[] Read(string folder)
    {
        var jinja = Path.Combine(folder, "chat_template.jinja");
        Place?[] places =
        [
            File.Exists(jinja) ? new Place(TextFile.Read(jinja), jinja, false) : null,
            FromJson(Path.Combine(folder, "chat_template.json"), false),
            FromJson(Path.Combine(folder, ImageProcessor.ProcessorFile), false),
            FromJson(Path.Combine(folder, "tokenizer_config.json"), true),
        ];
        Place[] found = [.. places.OfType<Place>()];
        return found.FirstOrDefault(place => place.Text.Length > LongestTemplate) is { Text: not null } longest
            ? throw new UserException(
                $"{longest.File}: the chat template has {longest.Text.Length} characters, more than {LongestTemplate}."
            )
            : found;
    }

    /// <summary>
    /// The template without comments, generation marks (they only mark the answer), spaces inside tags, and with one kind of quotes; the
    /// white space around tags goes as transformers has Jinja treat it (trim_blocks, lstrip_blocks, and the minus sign).
    /// </summary>
    public static string Normalized(string template)
    {
        var text = BlockLines().Replace(template.ReplaceLineEndings("\n"), "$1");
        text = Comment().Replace(text, "");
        text = MinusSigns().Replace(text, match => match.Value.Replace("-", "", StringComparison.Ordinal).Trim());
        text = Generation().Replace(text, "");
        return Tag().Replace(text, tag => Compact(tag.Value)).TrimEnd('\n');
    }

    static string Compact(string tag) =>
        QuotedOrSpace()
            .Replace(
                tag,
                match =>
                    match.Value[0] is not ('\'' or '"') ? ""
                    : match.Value[1..^1].Replace("\\n", "\n", StringComparison.Ordinal) is var inner && inner.Contains('\'') ? match.Value
                    : $"'{inner}'"
            );

    static Place? FromJson(string path, bool ofTokenizer)
    {
        if (!File.Exists(path) || JsonField.Read(path).Find("chat_template") is not { } field)
        {
            return null;
        }

        if (field.Kind != System.Text.Json.JsonValueKind.Array)
        {
            return new(field.String(), path, ofTokenizer);
        }

        var named = field.Items().FirstOrDefault(item => item["name"].String() == "default");
        return named.File is null
            ? throw field.Mistake("must have a template named default")
            : new(named["template"].String(), path, ofTokenizer);
    }

    [GeneratedRegex(@"\{#.*?#\}", RegexOptions.Singleline)]
    private static partial Regex Comment();

    /// <summary>A block tag or comment with the spaces that begin its line and the line's end.</summary>
    [GeneratedRegex(@"(?:(?<=^|\n)[ \t]*)?(\{%.*?%\}|\{#.*?#\})\n?", RegexOptions.Singleline)]
    private static partial Regex BlockLines();

    [GeneratedRegex(@"\s*\{[%{]-|-[%}]\}\s*")]
    private static partial Regex MinusSigns();

    [GeneratedRegex(@"\{%\s*(end)?generation\s*%\}")]
    private static partial Regex Generation();

    [GeneratedRegex(@"\{[%{].*?[%}]\}", RegexOptions.Singleline)]
    private static partial Regex Tag();

    [GeneratedRegex("""'[^']*'|"[^"]*"|\s+""")]
    private static partial Regex QuotedOrSpace();
}
