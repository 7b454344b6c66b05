using SVco.Core;

namespace SVco.Experiments.Tests;

/// <summary>Experiments that a person, or an earlier program, wrote as YAML.</summary>
public class ExperimentYamlTests
{
    [Fact]
    public void What_is_not_there_has_its_default()
    {
        var experiment = Experiment.FromYaml("name: mine\nmodel:\n  lora: {rank: 4, targets: [q_proj, k_proj]}\ntrain:\n  epochs: 2\n");

        Assert.Equal(
            new Experiment("mine") { Model = ModelSpec.LlavaInterleave7B with { Lora = new(4, 32, "q_proj", "k_proj") } }.Train(
                new() { Epochs = 2 }
            ),
            experiment
        );
    }

    [Fact]
    public void What_was_resolved_is_not_a_part_of_the_experiment() =>
        Assert.Equal(new Experiment("x"), Experiment.FromYaml("name: x\nresolved:\n  svco: 1.0.0\n  sums: {a: 1}\n"));

    [Theory]
    [InlineData("name: x\ntrain:\n  lerning_rate: 1\n", "no field train.lerning_rate (line 3, column 3)", "train.learning_rate")]
    [InlineData("name: x\ntrain:\n  epochs: 0\n", "line 3, column 11: train.epochs is 0", "at least 1")]
    [InlineData("name: x\nobjective: -LogSigmoid(r.W.Mach)\n", "line 2, column 12: objective", "")]
    [InlineData("name: x\nname: y\n", "line 2", "")]
    [InlineData("name: [x\n", "is no YAML", "")]
    [InlineData("- x\n", "a mapping", "")]
    [InlineData("train: 3\nname: x\n", "no field train (line 1, column 1)", "")]
    [InlineData("objective: Sft()\n", "no name", "")]
    [InlineData("", "no name", "")]
    public void A_mistake_is_told_with_its_place(string yaml, string message, string help)
    {
        var error = Assert.Throws<UserException>(() => Experiment.FromYaml(yaml)).Message;
        Assert.Contains(message, error);
        Assert.Contains(help, error);
    }

    [Fact]
    public void A_recipe_with_a_predicate_of_the_script_cannot_be_read_back()
    {
        var experiment = new Experiment("x").Data(Mvc.Train.Where("short", pair => pair.Query.Length < 9));
        Assert.Contains("data.train", Assert.Throws<UserException>(() => Experiment.FromYaml(experiment.ToYaml())).Message);
    }
}
