using System.Text.Json;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Tests;

public class ChatTemplateTests
{
    [Fact]
    public void The_known_templates_are_recognised_wherever_and_however_they_are_written()
    {
        foreach (var checkpoint in TextTokenizers.SmallFolders())
        {
            var tokenizer = Tokenizer.Load(checkpoint);
            var template = Golden.Json(Path.Combine(checkpoint, "chat_template.json")).GetProperty("chat_template").GetString()!;
            var name = ChatFormat.For(tokenizer, checkpoint).Name;
            foreach (var variant in Variants(template))
            {
                using var folder = new TextFolder();
                folder.Write("chat_template.jinja", variant);
                Assert.Equal(name, ChatFormat.For(tokenizer, folder.Path).Name);
            }

            using var listed = new TextFolder();
            listed.Write(
                "tokenizer_config.json",
                JsonSerializer.Serialize(
                    new { chat_template = new[] { new { name = "tool_use", template = "" }, new { name = "default", template } } }
                )
            );
            Assert.Equal(name, ChatFormat.For(tokenizer, listed.Path).Name);
        }
    }

    [Fact]
    public void The_golden_templates_of_both_families_are_told_apart()
    {
        var names = Golden.Folders("tokenizers").Select(folder => ChatFormat.For(Tokenizer.Load(folder), folder).Name).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public void A_template_that_renders_something_else_is_refused_by_file()
    {
        foreach (var checkpoint in TextTokenizers.SmallFolders())
        {
            var tokenizer = Tokenizer.Load(checkpoint);
            var template = Golden.Json(Path.Combine(checkpoint, "chat_template.json")).GetProperty("chat_template").GetString()!;
            foreach (
                var other in new[]
                {
                    template.Replace("<image>", "<image> ", StringComparison.Ordinal),
                    template.Replace("{% endfor %}", "{% endfor %} ", StringComparison.Ordinal),
                    template + "x",
                    "{{ bos_token }}{{ messages }}",
                }
            )
            {
                using var folder = new TextFolder();
                folder.Write("chat_template.json", JsonSerializer.Serialize(new { chat_template = other }));
                var message = Assert.Throws<UserException>(() => ChatFormat.For(tokenizer, folder.Path)).Message;
                Assert.Contains("chat_template.json", message);
                Assert.Contains("not known", message);
            }

            using var empty = new TextFolder();
            Assert.Contains("no chat template", Assert.Throws<UserException>(() => ChatFormat.For(tokenizer, empty.Path)).Message);
        }
    }

    [Fact]
    public void A_tokenizer_without_the_special_tokens_of_the_template_is_refused()
    {
        using var words = new TextFolder();
        words.Write("tokenizer.json", TextTokenizers.Flags);
        foreach (var checkpoint in TextTokenizers.SmallFolders())
        {
            var message = Assert.Throws<UserException>(() => ChatFormat.For(Tokenizer.Load(words.Path), checkpoint)).Message;
            Assert.Contains("no token <image>", message);
        }
    }

    static IEnumerable<string> Variants(string template) =>
        [
            template,
            template.Replace("{% generation %}", "", StringComparison.Ordinal).Replace("{% endgeneration %}", "", StringComparison.Ordinal),
            template.Replace("{%", "{%- ", StringComparison.Ordinal).Replace("%}", " -%}", StringComparison.Ordinal),
            template.Replace("%}{%", "%}\n    {%", StringComparison.Ordinal),
            template.Replace('\'', '"'),
            template.Replace("\n", "\\n", StringComparison.Ordinal),
        ];
}
