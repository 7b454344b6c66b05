using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Models.Text;

/// <summary>Finds a model's chat template and brings it to a form in which equal templates are equal texts.</summary>
internal static partial class ChatTemplate
{
    /// <summary>The template of a model folder and the file it is from; a processor's template goes before the tokenizer's.</summary>
    /// <exception cref="UserException">No file has one.</exception>
    public static (string Template, string File) Read(string folder)
    {
        var jinja = Path.Combine(folder, "chat_template.jinja");
        return File.Exists(jinja) ? (TextFile.Read(jinja), jinja)
            : FromJson(Path.Combine(folder, "chat_template.json")) is { } ofProcessor ? ofProcessor
            : FromJson(Path.Combine(folder, ImageProcessor.ProcessorFile)) is { } ofNewProcessor ? ofNewProcessor
            : FromJson(Path.Combine(folder, "tokenizer_config.json")) is { } ofTokenizer ? ofTokenizer
            : throw new UserException(
                $"{folder} has no chat template: none of chat_template.jinja, chat_template.json, processor_config.json and tokenizer_config.json "
                    + "(field \"chat_template\") holds one. Fetch chat_template.json from the model's hub page."
            );
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

    static (string, string)? FromJson(string path)
    {
        if (!File.Exists(path) || JsonField.Read(path).Find("chat_template") is not { } field)
        {
            return null;
        }

        if (field.Kind != System.Text.Json.JsonValueKind.Array)
        {
            return (field.String(), path);
        }

        var named = field.Items().FirstOrDefault(item => item["name"].String() == "default");
        return named.File is null ? throw field.Mistake("must have a template named default") : (named["template"].String(), path);
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
