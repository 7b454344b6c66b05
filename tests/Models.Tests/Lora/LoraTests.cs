using System.Text.Json;
using SVco.Core;
using SVco.Models.Lora;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>LoRA adapters against golden/models/lora-*.</summary>
public sealed class LoraTests
{
    /// <summary>As for the models without adapter: fp32 differs from float64 by at most 1.9e-5.</summary>
    const double Tolerance = 4e-5;

    [Fact]
    public void Adapted_log_probs_and_gradients_are_those_of_peft() =>
        ForEachAdapter(
            (model, adapter, inputs, expected, cases) =>
            {
                adapter.Train();
                foreach (var one in cases.GetProperty("cases").EnumerateArray())
                {
                    var name = one.GetProperty("name").GetString()!;
                    var batch = LlavaCase.Read(inputs, $"{name}/");
                    var logits = batch.Logits(model);
                    Compare(expected, $"{name}/logits", logits);
                    Compare(expected, $"{name}/token_logps", batch.TokenLogProbs(logits));
                    foreach (var parameter in adapter.Parameters)
                    {
                        parameter.Value.grad = null;
                    }

                    batch.MeanLoss(model).backward();
                    var gradients = adapter.Parameters.ToDictionary(parameter => InPeft(parameter.Name), parameter => parameter.Value.grad);
                    foreach (var recorded in one.GetProperty("grads").EnumerateArray())
                    {
                        var gradient = gradients[Recorded.NameOf(recorded)];
                        Assert.Equal(Recorded.HasGradient(recorded), gradient is not null);
                        if (gradient is not null)
                        {
                            Recorded.Check(recorded, gradient, $"{name} {Recorded.NameOf(recorded)}");
                        }
                    }

                    Assert.All(model.Parameters, parameter => Assert.False(parameter.Value.requires_grad));
                }

                Assert.Equal(
                    cases.GetProperty("trainable").EnumerateArray().Select(name => name.GetString()!).Order(),
                    adapter.Parameters.Select(parameter => InPeft(parameter.Name)).Order()
                );
            }
        );

    [Fact]
    public void Switched_off_the_model_is_the_base_model_and_merged_it_is_peft_s_merged_model() =>
        ForEachAdapter(
            (model, adapter, inputs, expected, cases) =>
            {
                using var noGradient = no_grad();
                foreach (var one in cases.GetProperty("cases").EnumerateArray())
                {
                    var name = one.GetProperty("name").GetString()!;
                    var batch = LlavaCase.Read(inputs, $"{name}/");
                    using (adapter.Off())
                    {
                        var attended = batch.Attended.unsqueeze(-1);
                        Near.Equal(inputs[$"{name}/logits"] * attended, batch.Logits(model) * attended, Tolerance, $"{name} base");
                    }

                    Compare(expected, $"{name}/logits", batch.Logits(model));
                }

                adapter.Merge();
                foreach (var one in cases.GetProperty("cases").EnumerateArray())
                {
                    var name = one.GetProperty("name").GetString()!;
                    Compare(expected, $"{name}/logits_merged", LlavaCase.Read(inputs, $"{name}/").Logits(model));
                }

                foreach (var name in expected.Names.Where(name => name.StartsWith("merged/")))
                {
                    var merged = model.Parameters.Single(parameter => "merged/" + parameter.Name == name).Value;
                    // One fp32 rounding of a product of rank 4 and of the sum.
                    Near.Equal(expected[name], merged, 1e-6, name);
                }
            }
        );

    [Fact]
    public void A_saved_adapter_is_the_loaded_one()
    {
        using var scope = NewDisposeScope();
        foreach (var source in Adapters())
        {
            using var folder = new TemporaryFolder();
            var config = LoraConfig.Read(Path.Combine(source, "adapter_config.json"));
            using var model = VisionLanguageModel.Load(Golden.PathOf("models", config.BaseModel), new());
            using (var adapter = LoraAdapter.Load(source, model))
            {
                adapter.Save(folder.At("adapter"));
            }

            using var before = new TensorsOf(Path.Combine(source, "adapter_model.safetensors"));
            using var after = new TensorsOf(folder.At("adapter", "adapter_model.safetensors"));
            Assert.Equal(before.Names.Order(), after.Names.Order());
            Assert.All(before.Names, name => Near.Equal(before[name], after[name], 0, name));
            using var again = LoraAdapter.Load(folder.At("adapter"), model);
            Assert.Equal(config.ToJson().ToJsonString(), again.Config.ToJson().ToJsonString());
        }
    }

    [Fact]
    public void A_new_adapter_changes_nothing_until_it_is_trained()
    {
        using var scope = NewDisposeScope();
        using var model = VisionLanguageModel.Random(Small.Config, 1, new());
        var attended = ones(1, 7, ScalarType.Bool);
        var ids = tensor(Small.Ids(1)).unsqueeze(0);
        Tensor Hidden() => model.Decode(model.Embed(ids), model.Positions(attended), attended);
        var before = Hidden().detach();
        using var adapter = LoraAdapter.Create(model, 2, 4, ["q_proj", "down_proj"], seed: 5);
        Near.Equal(before, Hidden(), 0, "with B = 0");
        Assert.Equal(
            2 * 2 * (2 + 1),
            adapter.Parameters.Count(parameter => parameter.Name.Contains(".language_model.") || parameter.Name.Contains(".vision_tower."))
        );
        Assert.All(
            adapter.Parameters,
            parameter => Assert.Equal(parameter.Name.Contains("lora_B"), parameter.Value.abs().max().item<float>() == 0)
        );

        adapter.Train();
        Hidden().sum().backward();
        using (no_grad())
        {
            foreach (var parameter in adapter.Parameters.Where(parameter => parameter.Value.grad is not null))
            {
                parameter.Value.sub_(parameter.Value.grad! * 0.1);
            }

            Assert.True(Near.Largest(before, Hidden()) > 1e-3);
            using (adapter.Off())
            {
                Near.Equal(before, Hidden(), 0, "switched off");
            }
        }

        Assert.Throws<InvalidOperationException>(() => LoraAdapter.Create(model, 2, 4, ["q_proj"], seed: 5));
        Assert.Throws<InvalidOperationException>(() => model.Save("nowhere"));
    }

    [Theory]
    [InlineData("""{"peft_type":"LOHA","r":2,"target_modules":["q_proj"]}""", "peft_type")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"use_dora":true}""", "use_dora")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"rank_pattern":{"q_proj":4}}""", "rank_pattern")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"modules_to_save":["lm_head"]}""", "modules_to_save")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"bias":"all"}""", "bias")]
    [InlineData("""{"peft_type":"LORA","r":0,"target_modules":["q_proj"]}""", "\"r\" must be an integer from 1")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"init_lora_weights":"pissa_niter_4"}""", "init_lora_weights")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"trainable_token_indices":[5]}""", "trainable_token_indices")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"target_parameters":["w"]}""", "target_parameters")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"alora_invocation_tokens":[1,2]}""", "alora_invocation_tokens")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":["q_proj"],"use_qalora":true}""", "use_qalora")]
    [InlineData("""{"peft_type":"LORA","r":2,"target_modules":"(q_proj"}""", "target_modules")]
    [InlineData("""{"peft_type":"LORA","r":2}""", "target_modules")]
    public void Settings_that_are_not_supported_are_refused_by_name(string json, string field)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("adapter_config.json"), json);
        var error = Assert.Throws<UserException>(() => LoraConfig.Read(folder.At("adapter_config.json")));
        Assert.Contains(field, error.Message);
        Assert.Contains("adapter_config.json", error.Message);
    }

    [Fact]
    public void Adapters_that_do_not_fit_the_model_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = VisionLanguageModel.Random(Small.Config, 1, new());
        Assert.Contains("no linear map", Assert.Throws<UserException>(() => LoraAdapter.Create(model, 2, 4, ["wqkv"], 1)).Message);
        using var folder = new TemporaryFolder();
        using (var adapter = LoraAdapter.Create(model, 2, 4, ["q_proj"], 1))
        {
            adapter.Save(folder.At("adapter"));
        }

        var config = folder.At("adapter", "adapter_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"r\": 2", "\"r\": 3"));
        Assert.Contains("shape", Assert.Throws<UserException>(() => LoraAdapter.Load(folder.At("adapter"), model)).Message);
        File.WriteAllText(
            config,
            File.ReadAllText(config).Replace("\"r\": 3", "\"r\": 2").Replace("\"lora_dropout\": 0", "\"lora_dropout\": 0.1")
        );
        using (var adapter = LoraAdapter.Load(folder.At("adapter"), model))
        {
            Assert.Contains("lora_dropout", Assert.Throws<UserException>(adapter.Train).Message);
        }

        File.WriteAllText(config, File.ReadAllText(config).Replace("\"q_proj\"", "\"k_proj\""));
        Assert.Contains("k_proj", Assert.Throws<UserException>(() => LoraAdapter.Load(folder.At("adapter"), model)).Message);
    }

    static void Compare(TensorsOf expected, string name, Tensor actual)
    {
        if (expected.Has(name))
        {
            Near.Equal(expected[name], actual, Tolerance, name);
        }
    }

    static string InPeft(string name) => name.Replace(".weight", ".default.weight");

    static IEnumerable<string> Adapters() =>
        Golden.Folders("models").Where(folder => File.Exists(Path.Combine(folder, "adapter_config.json")));

    static void ForEachAdapter(Action<VisionLanguageModel, LoraAdapter, TensorsOf, TensorsOf, JsonElement> check)
    {
        foreach (var folder in Adapters())
        {
            using var scope = NewDisposeScope();
            var basis = Golden.PathOf("models", LoraConfig.Read(Path.Combine(folder, "adapter_config.json")).BaseModel);
            using var inputs = new TensorsOf(Path.Combine(basis, "expected.safetensors"));
            using var expected = new TensorsOf(Path.Combine(folder, "expected.safetensors"));
            using var model = VisionLanguageModel.Load(basis, new());
            using var adapter = LoraAdapter.Load(folder, model);
            check(model, adapter, inputs, expected, Golden.Json(Path.Combine(folder, "cases.json")));
        }
    }
}
