using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Models.Tests.Folders;

namespace SVco.Models.Tests;

/// <summary>Fields of a decoder's config that have several names or places, and fields that nobody knows.</summary>
public sealed class RopeTests : IDisposable
{
    readonly TinyFolder tiny = new();

    public void Dispose() => tiny.Dispose();

    TextConfig Text(Action<JsonObject> change) =>
        ModelFamilies.ReadConfig(tiny.With("config.json", json => change(json["text_config"]!.AsObject())).At("config.json")).Text;

    string Refusal(Action<JsonObject> change) => Assert.Throws<UserException>(() => Text(change)).Message;

    [Theory]
    [InlineData("""{"rope_theta": 500000.0}""")]
    [InlineData("""{"rope_parameters": {"rope_theta": 500000.0, "rope_type": "default"}}""")]
    [InlineData("""{"rope_scaling": {"rope_theta": 500000, "type": "default"}}""")]
    [InlineData("""{"rope_parameters": {"rope_type": "default"}, "rope_theta": 500000.0}""")]
    [InlineData("""{"rope_parameters": {"rope_theta": 500000.0}, "rope_theta": 500000.0, "rope_scaling": null}""")]
    public void Theta_is_read_wherever_it_stands(string fields) =>
        Assert.Equal(
            500000,
            Text(text =>
            {
                text.Remove("rope_theta");
                Merge(text, fields);
            }).RopeTheta
        );

    [Fact]
    public void Without_any_theta_it_is_the_classs_own() => Assert.Equal(10000, Text(text => text.Remove("rope_theta")).RopeTheta);

    [Theory]
    [InlineData("""{"rope_parameters": {"rope_theta": 1.0}}""", "rope_parameters.rope_theta = 1")]
    [InlineData("""{"rope_theta": 0}""", "above 0")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2.0}}""", "unscaled")]
    [InlineData("""{"rope_parameters": {"rope_type": "yarn"}}""", "unscaled")]
    [InlineData("""{"rope_parameters": {"partial_rotary_factor": 0.5}}""", "partial_rotary_factor")]
    [InlineData("""{"rope_parameters": {"full_attention": {"rope_theta": 5.0}}}""", "full_attention")]
    [InlineData("""{"final_logit_softcapping": 30.0}""", "final_logit_softcapping")]
    [InlineData("""{"residual_multiplier": 0.2}""", "residual_multiplier")]
    [InlineData("""{"layer_types": ["full_attention", "sliding_attention"]}""", "layer_types")]
    [InlineData("""{"use_qk_norm": true}""", "use_qk_norm")]
    [InlineData("""{"num_experts": 8}""", "num_experts")]
    public void What_would_change_the_numbers_is_refused_by_name(string fields, string word) =>
        Assert.Contains(word, Refusal(text => Merge(text, fields)));

    [Theory]
    [InlineData("""{"residual_multiplier": 1.0, "final_logit_softcapping": null, "use_qk_norm": false}""")]
    [InlineData("""{"layer_types": ["full_attention", "full_attention"], "top_p": 0.9, "_name_or_path": "x"}""")]
    [InlineData("""{"_flash_attn_2_enabled": true, "use_flash_attn": true, "_experts_implementation": "eager", "property": 3}""")]
    [InlineData("""{"quantization_config": {}, "ignore_keys_at_rope_validation": ["a"]}""")]
    public void What_changes_nothing_may_stand_there(string fields) => Text(text => Merge(text, fields));

    static void Merge(JsonObject into, string fields)
    {
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
        {
            into[name] = value?.DeepClone();
        }
    }
}
