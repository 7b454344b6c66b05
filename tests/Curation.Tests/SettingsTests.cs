using SVco.Core;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>What is wrong with a curation's YAML file is said before anything runs.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("sources:\n  counter_curate:\n", "line 2: counter_curate has no value")]
    [InlineData("augment:\n", "line 1: augment has no value")]
    [InlineData("sources: { pairs: [null] }\n", "line 1: an item of a list has no value")]
    [InlineData("augment: { key_variable: ~ }\n", "key_variable has no value")]
    [InlineData("filter: { siglip_min: 0.7, siglip_min: 0.8 }\n", "line 1")]
    [InlineData("augment: { augmenter: 7 }\n", "augmenter is template, chat or none")]
    [InlineData("curation: 7\n", "curation: is mvc or raw")]
    [InlineData("filter: { siglip_min: .nan }\n", "siglip_min and dinov2_max are numbers")]
    [InlineData("split: { made_images: ../../escaped }\n", "made_images is a folder below the data root")]
    [InlineData("split: { made_images: /tmp }\n", "made_images is a folder below the data root")]
    [InlineData("filter: { siglipmin: 0.7 }\n", "siglipmin")]
    public void A_setting_that_makes_no_sense_is_named(string yaml, string expected)
    {
        using var work = new TemporaryFolder();
        File.WriteAllText(work.At("c.yaml"), $"{yaml}output: out\n");
        Assert.Contains(
            expected,
            Assert.Throws<UserException>(() => CurationSettings.Load(work.At("c.yaml"))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_output_that_is_a_file_is_named_and_a_quoted_empty_text_is_a_value()
    {
        using var work = new TemporaryFolder();
        File.WriteAllText(work.At("out"), "");
        File.WriteAllText(work.At("c.yaml"), "output: out\n");
        Assert.Contains("is a file", Assert.Throws<UserException>(() => CurationSettings.Load(work.At("c.yaml"))).Message);
        File.WriteAllText(work.At("c.yaml"), "output: other\naugment: { key_variable: \"\" }\n");
        Assert.Equal("", CurationSettings.Load(work.At("c.yaml")).Augment.KeyVariable);
    }
}
