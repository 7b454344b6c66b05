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

            Assert.Null(ChatFormat.For(tokenizer, checkpoint).Note);
            using var empty = new TextFolder();
            // Folders of LLaVA-1.5 are older than saved templates.
            if (tokenizer.TokenId("<|im_start|>") is null)
            {
                var format = ChatFormat.For(tokenizer, empty.Path);
                Assert.Contains("LLaVA-1.5", format.Name);
                Assert.Contains("no chat template", format.Note);
            }
            else
            {
                Assert.Contains("no chat template", Assert.Throws<UserException>(() => ChatFormat.For(tokenizer, empty.Path)).Message);
            }
        }
    }

    [Fact]
    public void Templates_in_two_files_that_are_not_the_same_are_refused()
    {
        var templates = TextTokenizers
            .SmallFolders()
            .ToDictionary(
                folder => ChatFormat.For(Tokenizer.Load(folder), folder).Name,
                folder => File.ReadAllText(Path.Combine(folder, "chat_template.json"))
            );
        var chat = TextTokenizers.SmallFolders().First(folder => Tokenizer.Load(folder).TokenId("<|im_start|>") is not null);
        var tokenizer = Tokenizer.Load(chat);
        var (own, other) = (
            templates.Single(one => one.Key.Contains("ChatML")).Value,
            templates.Single(one => !one.Key.Contains("ChatML")).Value
        );
        using var folder = new TextFolder();
        folder.Write("chat_template.json", own);
        folder.Write("processor_config.json", own);
        folder.Write("tokenizer_config.json", "{\"chat_template\": \"of a language model without images\"}");
        Assert.Contains("ChatML", ChatFormat.For(tokenizer, folder.Path).Name);
        foreach (
            var (file, content) in new[] { ("tokenizer_config.json", other), ("processor_config.json", "{\"chat_template\": \"another\"}") }
        )
        {
            folder.Write(file, content);
            var message = Assert.Throws<UserException>(() => ChatFormat.For(tokenizer, folder.Path)).Message;
            Assert.Contains("chat_template.json", message);
            Assert.Contains(file, message);
            folder.Write(file, own);
        }
    }

    [Fact]
    public void A_template_of_brackets_without_end_is_refused_at_once()
    {
        var tokenizer = Tokenizer.Load(TextTokenizers.SmallFolders().First());
        using var folder = new TextFolder();
        folder.Write("chat_template.jinja", string.Concat(Enumerable.Repeat("{#", 40_000)));
        Assert.Contains("80000 characters", Assert.Throws<UserException>(() => ChatFormat.For(tokenizer, folder.Path)).Message);
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
