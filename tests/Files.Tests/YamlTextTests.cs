using System.Text;
using SVco.Core;
using YamlDotNet.RepresentationModel;

namespace SVco.Files.Tests;

public sealed class YamlTextTests
{
    [Fact]
    public void Settings_are_read() => Assert.Equal("2", $"{((YamlMappingNode)YamlText.Root("a:\n  b: [1, 2]\n"))["a"]["b"][1]}");

    public static TheoryData<string, string> Hostile =>
        new()
        {
            { string.Concat(Enumerable.Repeat("{a: ", 20_000)), "nested deeper" },
            { string.Concat(Enumerable.Repeat("[", 100)), "nested deeper" },
            { "a: &x [1]\nb: *x\n", "line 2, column 4: aliases" },
            { "a: [\n  b: x\n# end", "no YAML" },
            { "a: 1\n---\nb: 2\n", "second document" },
            { "a: \"x\\0y\"", "zero character" },
            { "a: 'x", "no YAML" },
            { new StringBuilder().Insert(0, "- 1\n", 120_000).ToString(), "longer than" },
        };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_no_settings_need_is_refused_with_its_place(string text, string word) =>
        Assert.Contains(word, Assert.Throws<UserException>(() => YamlText.Root(text, "x.yaml")).Message);
}
