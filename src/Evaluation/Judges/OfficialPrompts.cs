using System.Text.Json;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Files;

namespace SVco.Evaluation.Judges;

/// <summary>
/// The words in which the official scripts ask their judges. They are other people's and not ours to give away, so they are read from a
/// person's own copy of the official S-VCO repository, and checked: with them each request is to the byte the official one
/// (golden/evaluation/judge.json).
/// </summary>
public static partial class OfficialPrompts
{
    /// <summary>The name in tables.</summary>
    public const string Name = "the official prompts";

    /// <summary>Of all texts at the repository's commit bc8f941.</summary>
    const string Sha256 = "481d91d34464c03c2c9f1a658382851f6874d7acd357937dc7d9222e5342573f";

    const string MmVetScript = "playground/data/eval/mm-vet/mm-vet_evaluator.py";
    const string LlavaScript = "llava/eval/llavabench_gpt_review.py";
    const string LlavaRules = "llava/eval/llavabench_gpt_review_rule.json";
    const string MmHalScript = "playground/data/eval/halbench/RLHF-V/eval/eval_gpt_mmhal.py";

    /// <summary>Reads them.</summary>
    /// <param name="repository">The folder of the copy, or its <c>eval_vlm</c>.</param>
    /// <exception cref="UserException">A file is not there, or its texts are others than the official ones.</exception>
    public static JudgePrompts Read(string repository) => Read(repository, Sha256);

    /// <summary>The same with another checksum.</summary>
    internal static JudgePrompts Read(string repository, string sha256)
    {
        var prompts = Find(repository);
        return HashOf(prompts) == sha256
            ? prompts
            : throw new UserException(
                $"The judges' prompts in {repository} are not those of the official repository at commit bc8f941: their SHA-256 is {HashOf(prompts)}. Check out that commit, or leave --judge-prompts away for SVco's own."
            );
    }

    /// <summary>What the checksum is of.</summary>
    internal static string HashOf(JudgePrompts prompts) =>
        ContentHash.Of(
            string.Join(
                '\0',
                new[] { prompts.MmVet, prompts.LlavaConversation, prompts.LlavaDetail, prompts.LlavaComplex, prompts.MmHal }.SelectMany(
                    one => new[] { one.System, one.User, one.Hint }
                )
            )
        );

    static JudgePrompts Find(string repository)
    {
        var inside = Path.Combine(repository, "eval_vlm");
        var root = Directory.Exists(inside) ? inside : repository;
        var (mmVet, llava, mmHal) = (Text(MmVetScript), Text(LlavaScript), Text(MmHalScript));
        var rulesFile = Path.Combine(root, LlavaRules);
        using var rules = InputFile.Read(rulesFile, "a JSON file", () => JsonDocument.Parse(Text(LlavaRules)));
        return new(
            Name,
            new(
                $"{Literal(mmVet, MmVetScript, TripleDouble(), "prompt")}\n{{question}} | {{truth}} | {{answer}} | ",
                Hint: Unescaped(Literal(mmVet, MmVetScript, AddedHint(), "the hint after a reply that is no number"))
            ),
            Llava("conv"),
            Llava("detail"),
            Llava("complex"),
            new(Named(Literal(mmHal, MmHalScript, TripleSingle(), "template"), "contents", "question", "truth", "answer"))
        );

        // Python reads a script with any ends of lines as if they were \n.
        string Text(string file) => TextFile.Read(Path.Combine(root, file)).Replace("\r\n", "\n", StringComparison.Ordinal);

        JudgePrompt Llava(string category)
        {
            var rule = rules.RootElement.TryGetProperty($"llava_bench_{category}", out var found)
                ? found
                : throw Unlike(LlavaRules, $"llava_bench_{category}");
            var pieces = Pieces().Matches(Literal(llava, LlavaScript, Content(), "content"));
            var user = string.Concat(pieces.Select(piece => Unescaped(piece.Groups[1].Value)))
                .Replace("{cap_str}", "{context}", StringComparison.Ordinal)
                .Replace("{ques[\"text\"]}", "{question}", StringComparison.Ordinal)
                .Replace("{ans1[\"text\"]}", "{reference}", StringComparison.Ordinal)
                .Replace("{ans2[\"text\"]}", "{answer}", StringComparison.Ordinal)
                .Replace("{role}", rule.GetProperty("role").GetString(), StringComparison.Ordinal)
                .Replace("{prompt}", rule.GetProperty("prompt").GetString(), StringComparison.Ordinal);
            return new(user, Literal(llava, LlavaScript, SystemMessage(), "the system message"));
        }
    }

    static string Literal(string script, string file, Regex literal, string what) =>
        literal.Match(script) is { Success: true } match ? match.Groups[1].Value : throw Unlike(file, what);

    static UserException Unlike(string file, string what) =>
        new($"{file} has no {what} as the official repository at commit bc8f941 has it. Check out that commit.");

    static string Unescaped(string literal) => literal.Replace("\\n", "\n", StringComparison.Ordinal);

    /// <summary>Puts names in the place of Python's {}, one after another.</summary>
    static string Named(string template, params ReadOnlySpan<string> names)
    {
        var parts = template.Split("{}");
        var text = parts[0];
        for (var i = 1; i < parts.Length; i++)
        {
            text += (i <= names.Length ? $"{{{names[i - 1]}}}" : "{}") + parts[i];
        }

        return text;
    }

    [GeneratedRegex("^prompt = \"\"\"([^\\\\]*?)\"\"\"", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex TripleDouble();

    [GeneratedRegex(@"^template = '''([^\\]*?)'''", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex TripleSingle();

    [GeneratedRegex(@"\+ ""(\\n[^""\\]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex AddedHint();

    [GeneratedRegex(@"'role': 'system',\s*'content': '([^'\\]*)'", RegexOptions.CultureInvariant)]
    private static partial Regex SystemMessage();

    [GeneratedRegex(@"content = \((f'.*?')\)\n", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Content();

    [GeneratedRegex("f'([^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex Pieces();
}
