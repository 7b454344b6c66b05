using SVco.Core;
using SVco.Tests;

namespace SVco.Models.Tests;

/// <summary>Which parameters get weight decay, as each family says.</summary>
public class WeightDecayTests
{
    static ModelConfig Config(string family) => ModelFamilies.ReadConfig(Golden.PathOf("svco", family, "checkpoint", "config.json"));

    [Fact]
    public void Weight_decay_goes_to_the_parameters_of_the_official_runs()
    {
        foreach (var file in Golden.Folders("svco").Select(folder => Path.Combine(folder, "trajectory.json")).Where(File.Exists))
        {
            var run = Golden.Json(file);
            var config = Config(run.GetProperty("family").GetString()!);
            foreach (var group in run.GetProperty("optimizer").GetProperty("groups").EnumerateArray())
            {
                var decays = group.GetProperty("weight_decay").GetDouble() > 0;
                Assert.All(
                    group.GetProperty("parameters").EnumerateArray().Select(name => name.GetString()!),
                    name => Assert.Equal(decays, config.HasWeightDecay(name, Behaviour.Official))
                );
            }
        }
    }

    [Theory]
    [InlineData("language_model.model.layers.0.input_layernorm.weight")]
    [InlineData("language_model.model.norm.weight")]
    [InlineData("vision_tower.vision_model.pre_layrnorm.weight")]
    public void Corrected_no_norm_decays(string name) => Assert.False(Small.Config.HasWeightDecay(name, Behaviour.Corrected));
}
