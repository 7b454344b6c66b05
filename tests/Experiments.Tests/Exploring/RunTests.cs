using SVco.Core;
using SVco.Core.Objectives;

namespace SVco.Experiments.Tests;

/// <summary>What a run's folder says, and the models that it names.</summary>
public sealed class RunTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("svco-run").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string PathOf(string name) => Path.Combine(folder, name);

    [Fact]
    public void A_run_gives_its_settings_and_its_numbers_as_rows()
    {
        File.WriteAllText(PathOf("experiment.yaml"), new Experiment("x").With("train.epochs", 3).ToYaml());
        File.WriteAllText(
            PathOf("metrics.jsonl"),
            """
            {"epoch":0.5,"grad_norm":2,"learning_rate":0.001,"loss":2.75,"step":1,"tokens":1600,"train_losses/a_loss":1.5}
            {"eval_loss":2.5,"step":1}
            {"epoch":1,"grad_norm":null,"learning_rate":0,"loss":2.25,"step":2,"tokens":1500}

            """
        );

        var run = Run.Read(folder);

        Assert.Equal(3, run.Experiment.Train.Epochs);
        Assert.Equal(
            [(1, 0.5, 2.75, 0.001, 2, 1600), (2, 1, 2.25, 0, double.NaN, 1500)],
            run.Steps.Select(row => (row.Step, row.Epoch, row.Loss, row.LearningRate, row.GradientNorm, (int)row.Tokens))
        );
        Assert.Equal(1.5, run.Steps[0].Official["train_losses/a_loss"]);
        Assert.Equal([(1, 2.5)], run.Validations.Select(row => (row.Step, row.Loss)));
        Assert.Null(run.Checkpoint);
    }

    [Fact]
    public void A_folder_without_a_run_is_told_so() =>
        Assert.Equal(
            $"{folder} is not a run's folder: it has no experiment.yaml. Runs lie in runs/NAME.",
            Assert.Throws<UserException>(() => Run.Read(folder)).Message
        );

    [Fact]
    public async Task A_run_that_has_not_ended_has_no_model()
    {
        File.WriteAllText(PathOf("experiment.yaml"), new Experiment("x").ToYaml());

        var error = await Assert.ThrowsAsync<UserException>(() => Run.Read(folder).Load());

        Assert.Contains("has no finished model yet", error.Message);
    }

    [Fact]
    public async Task The_reference_of_a_runs_model_is_the_runs_base_model()
    {
        using var known = await ModelSpec.LlavaInterleave7B.Load();
        var resolved = RunDescription.Resolve(new Experiment("x") { Data = Tiny.Pairs }, known.Name, "weights");
        File.WriteAllText(PathOf("experiment.yaml"), ExperimentYaml.Write(new Experiment("x"), resolved));
        var checkpoint = Directory.CreateDirectory(PathOf("checkpoint")).FullName;
        foreach (var file in Directory.GetFiles(known.Name))
        {
            File.Copy(file, Path.Combine(checkpoint, Path.GetFileName(file)));
        }

        using var model = await Run.Read(folder).Load();
        var scores = model.Score(Mvc.Train.Pairs()[0]);

        Assert.Same(known.Reference, known);
        Assert.Equal(known.Name, model.Reference.Name);
        Assert.False(scores.IsBase);
        Assert.Equal(0, scores.R(Side.W, ImageCondition.Match));
        Assert.Equal(known.Score(scores.Pair)[Side.L, ImageCondition.NoImage], scores[Side.L, ImageCondition.NoImage]);
    }

    [Fact]
    public void Recipes_give_the_pairs_of_files()
    {
        Assert.Equal(20, Mvc.Train.Pairs().Length);
        Assert.Equal(4, Mvc.Validation.Pairs().Length);
        Assert.Equal(
            [3, 1],
            new[] { Mvc.Train.Skip(3), Mvc.Train.Skip(1) }.Select(recipe =>
                Mvc.Train.Pairs().IndexOf(recipe.Pairs(Tiny.Pairs.TrainFile)[0])
            )
        );
    }

    [Fact]
    public void An_entry_that_is_no_pair_is_named()
    {
        File.WriteAllText(PathOf("pairs.json"), "[{\"chosen_images\": []}]");

        var error = Assert.Throws<UserException>(() => Mvc.Train.Pairs(PathOf("pairs.json")));

        Assert.Contains("of 1 entries 1 cannot be used; the first is pairs.json#0", error.Message);
    }
}
