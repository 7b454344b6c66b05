using System.Collections.Immutable;
using SVco.Tests;

namespace SVco.Experiments.Tests;

/// <summary>Which experiments go on with a run that an earlier one began.</summary>
public sealed class RunDescriptionTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("device", "cpu")]
    [InlineData("memory", "small")]
    [InlineData("token_budget", "1")]
    [InlineData("feature_cache", "0")]
    [InlineData("output", "elsewhere")]
    public void A_matter_of_the_machine_makes_no_other_experiment(string path, string value) =>
        Assert.Null(Difference(new Experiment("x"), new Experiment("x").With(path, value)));

    [Fact]
    public void Another_value_of_any_other_field_is_told() =>
        Assert.Equal(
            "train.learning_rate is 1e-6 in the folder and 2e-6 now",
            Difference(new Experiment("x"), new Experiment("x").With("train.learning_rate", 2e-6))
        );

    [Fact]
    public void A_recipe_with_a_scripts_own_predicate_goes_on_with_its_run()
    {
        var filtered = new Experiment("x").Data(Mvc.Train.Where("short answers", pair => pair.W.Response.Length < 20));
        Assert.Null(Difference(filtered, filtered));
        Assert.Contains("data.train is", Difference(filtered, new Experiment("x").Data(Mvc.Train)));
    }

    [Fact]
    public void Another_base_model_of_the_same_name_is_told() =>
        Assert.Contains("the base model is of SHA-256 a in the folder and of SHA-256 b now", Difference(new("x"), new("x"), "a", "b"));

    [Fact]
    public void Pairs_may_lie_elsewhere_but_not_be_others()
    {
        var here = Pairs("here", "[]");
        Assert.Null(Difference(here, Pairs("there", "[]")));
        Assert.Contains("the file of training pairs is pairs.json of SHA-256", Difference(here, Pairs("changed", "[ ]")));
        Assert.Contains("and none now", Difference(here, new("x")));
    }

    [Fact]
    public void A_run_of_an_earlier_program_is_told_so() =>
        Assert.Contains(
            "begun by an earlier version",
            RunDescription.Difference(
                "name: x\nsvco: 1.0.0\nmodel:\n  checkpoint: m\ntraining:\n  epochs: 1\n",
                new("x"),
                Resolved(new("x"), "a")
            )
        );

    [Fact]
    public void A_build_of_another_commit_makes_no_other_experiment()
    {
        var resolved = Resolved(new("x"), "a");
        Assert.Null(RunDescription.Difference(ExperimentYaml.Write(new("x"), resolved.SetItem("svco", "0.0.1")), new("x"), resolved));
    }

    static string? Difference(Experiment before, Experiment now, string weightsBefore = "a", string weightsNow = "a") =>
        RunDescription.Difference(ExperimentYaml.Write(before, Resolved(before, weightsBefore)), now, Resolved(now, weightsNow));

    static ImmutableSortedDictionary<string, string> Resolved(Experiment experiment, string weights) =>
        RunDescription.Resolve(experiment, "model", weights);

    Experiment Pairs(string folder, string json)
    {
        Directory.CreateDirectory(_folder.At(folder));
        File.WriteAllText(_folder.At(folder, "pairs.json"), json);
        return new Experiment("x") { Data = new() { TrainFile = _folder.At(folder, "pairs.json") } };
    }
}
