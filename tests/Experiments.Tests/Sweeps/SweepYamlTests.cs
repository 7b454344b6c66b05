using SVco.Core;
using SVco.Tests;

namespace SVco.Experiments.Tests;

/// <summary>What a sweep's YAML file says.</summary>
public class SweepYamlTests
{
    const string Grid = "grid: {train.epochs: [1, 2]}\n";

    static Sweep Read(string yaml) => SweepYaml.Read(yaml, "x.yaml", path => new Experiment(path));

    [Fact]
    public void A_grid_over_seeds_has_a_run_for_each_point_and_seed()
    {
        var sweep = Read(
            """
            experiment: {train: {max_steps: 7}, data: {train_file: pairs.json}}
            grid:
              train: {learning_rate: [1e-6, 3e-6]}
              model.lora.rank: [4, null]
            seeds: [1, 2, 3]
            metric: {name: eval_loss, goal: maximize}
            """
        );

        Assert.Equal(("x", 7, "pairs.json"), (sweep.Name, sweep.Base.Train.MaxSteps, sweep.Base.Data.TrainFile));
        Assert.Equal(new SweepMetric("eval_loss", Maximize: true), sweep.Metric);
        var runs = sweep.Runs();
        Assert.Equal(12, runs.Length);
        Assert.Equal(
            (1e-6, 4, 1),
            (runs[0].Experiment.Train.LearningRate, runs[0].Experiment.Model.Lora!.Rank, runs[0].Experiment.Train.Seed)
        );
        Assert.Equal((3e-6, null, 3), (runs[^1].Experiment.Train.LearningRate, runs[^1].Experiment.Model.Lora, runs[^1].Seed));
        Assert.Equal(12, runs.Select(run => run.Experiment.Folder).Distinct().Count());
        Assert.All(runs, run => FolderName.Require("run", run.Name));
        // The command line of a run makes the same experiment.
        Assert.Equal(
            runs[^1].Experiment,
            Assert.IsType<CommandLine.Run>(ExperimentCommandLine.Parse(sweep.Base, [.. runs[^1].Options])).Experiment
        );
    }

    [Fact]
    public void Lists_and_random_axes_are_read()
    {
        var list = Read("list:\n  - {objective: Sft()}\n  - {objective: Dpo(0.1), train.epochs: 3}\n");
        Assert.Equal(["objective", "train.epochs"], list.Space.Paths.AsEnumerable());
        Assert.Equal([1, 3], list.Runs().Select(run => run.Experiment.Train.Epochs));

        var random = Assert.IsType<SearchSpace.Random>(
            Read(
                "random: {samples: 5, seed: 7, axes: {train.learning_rate: {log_uniform: [1e-7, 1e-5]}, train: {epochs: {uniform: [1, 3]}}, objective: [Sft(), Dpo(0.1)]}}"
            ).Space
        );
        Assert.Equal((5, 7ul), (random.Samples, random.Seed));
        Assert.Equal(
            [(new Distribution.LogUniform(1e-7, 1e-5), false), (new Distribution.Uniform(1, 3), true)],
            random.Axes.Take(2).Select(axis => (axis.From, axis.IsWhole))
        );
    }

    [Fact]
    public void Tiny_takes_the_bundled_checkpoint_and_pairs_below_what_is_written()
    {
        var sweep = Read($"tiny: true\nexperiment: {{model.checkpoint: llava-hf/llava-1.5-7b-hf, train: {{epochs: 9}}}}\n{Grid}");
        Assert.True(Tiny.IsIn(sweep.Base));
        Assert.EndsWith("llava-1.5", sweep.Base.Model.Checkpoint);
        Assert.Equal((9, 2), (sweep.Base.Train.Epochs, sweep.Base.Train.BatchSize));
    }

    [Fact]
    public void A_run_keeps_its_name_when_other_points_are_added_and_however_a_number_is_written()
    {
        var few = Read("grid: {train.learning_rate: [1e-6]}").Runs();
        var more = Read("grid: {train.learning_rate: [3e-6, 0.000001]}").Runs();
        Assert.Equal(few[0].Name[^6..], more[1].Name[^6..]);
        Assert.NotEqual(few[0].Name, more[0].Name);
    }

    [Theory]
    [InlineData("grid: {train.lerning_rate: [1]}", "train.lerning_rate (x.yaml, line 1, column 8)", "train.learning_rate")]
    [InlineData("grid: {train.epochs: [1, 0]}", "x.yaml, line 1, column 26: train.epochs is 0", "at least 1")]
    [InlineData("grid: {train.epochs: [1, two]}", "column 26", "a whole number")]
    [InlineData("grid: {objective: [Nono()]}", "line 1, column 20: objective", "")]
    [InlineData("grid: {train.epochs: 3}", "line 1, column 22", "write a list")]
    [InlineData("grid: {train.epochs: []}", "line 1, column 22", "write a list")]
    [InlineData("grid: {train.epochs: [2, 2]}", "column 26", "twice")]
    [InlineData("grid: {}", "line 1, column 7", "no axis")]
    [InlineData("grid: {output: [a, b]}", "line 1, column 8", "cannot be an axis")]
    [InlineData("grit: {train.epochs: [1]}", "line 1, column 1", "grid, list, random")]
    [InlineData("name: x", "line 1, column 1", "one of grid, list, random")]
    [InlineData(Grid + "list: [{train.epochs: 1}]", "line 2, column 1", "grid and list")]
    [InlineData("- 1", "line 1, column 1", "a mapping")]
    [InlineData(Grid + "seeds: [1, -1]", "line 2, column 12", "at least 0")]
    [InlineData("grid: {train.seed: [1]}\nseeds: [1]", "line 2, column 8", "an axis already")]
    [InlineData(Grid + "keep: best", "line 2, column 7", "winner")]
    [InlineData(Grid + "metric: loss", "line 2, column 9", "eval_loss")]
    [InlineData(Grid + "metric: {name: eval_loss, goal: up}", "line 2, column 33", "minimize or maximize")]
    [InlineData(Grid + "metric: average_improvement", "line 2, column 9", "evaluate.benchmarks")]
    [InlineData(Grid + "experiment: {data.validation: null}\nmetric: eval_loss", "line 3, column 9", "validation pairs")]
    [InlineData(Grid + "experiment: {train: {epochs: 0}}", "line 2, column 30: train.epochs is 0", "")]
    [InlineData(Grid + "tiny: perhaps", "line 2, column 7", "true")]
    [InlineData(Grid + "script: nowhere.csx", "line 2, column 9", "no script")]
    [InlineData(Grid + "script: a.csx\ntiny: true", "line 3, column 7", "`script`")]
    [InlineData("random: {samples: 0, axes: {train.epochs: [1]}}", "line 1, column 19", "at least 1")]
    [InlineData("random: {axes: {train.epochs: [1]}}", "line 1, column 9", "samples")]
    [InlineData("random: {samples: 2, axes: {objective: {uniform: [1, 2]}}}", "line 1, column 41", "a formula")]
    [InlineData("random: {samples: 2, axes: {train.epochs: {normal: [1, 2]}}}", "line 1, column 44", "log_uniform")]
    [InlineData("random: {samples: 2, axes: {train.epochs: {uniform: [2, 1]}}}", "line 1, column 53", "not below")]
    [InlineData("random: {samples: 2, axes: {train.weight_decay: {log_uniform: [0, 1]}}}", "line 1, column 64", "above 0")]
    [InlineData(Grid + "successive_halving: {min_steps: 2}", "line 2, column 21", "train.epochs is an axis")]
    [InlineData("grid: {train.learning_rate: [1]}\nsuccessive_halving: {min_steps: 2}", "line 2, column 21", "train.max_steps")]
    [InlineData(
        "grid: {train.learning_rate: [1]}\nexperiment: {train: {max_steps: 40}}\nsuccessive_halving: {min_steps: 2}",
        "line 3, column 21",
        "a multiple of 31"
    )]
    [InlineData(
        "grid: {train.learning_rate: [1]}\nexperiment: {train: {max_steps: 2}}\nsuccessive_halving: {min_steps: 2}",
        "line 3, column 21",
        "write fewer"
    )]
    public void A_mistake_is_told_with_its_place_and_what_to_write(string yaml, string place, string help)
    {
        var error = Assert.Throws<UserException>(() => Read(yaml)).Message;
        Assert.Contains(place, error);
        Assert.Contains(help, error);
    }

    public static TheoryData<string> Configs =>
        [
            .. Directory
                .GetFiles(Path.Combine(Golden.RepositoryRoot, "configs"), "*.yaml")
                .Where(file => File.ReadAllText(file).Contains("svco sweep", StringComparison.Ordinal))
                .Select(file => Path.GetFileName(file)),
        ];

    [Theory]
    [MemberData(nameof(Configs))]
    public void Every_sweep_in_configs_can_be_read(string config)
    {
        var file = Path.Combine(Golden.RepositoryRoot, "configs", config);
        Assert.NotEmpty(SweepPlan.Load(file, path => new Experiment(Path.GetFileNameWithoutExtension(path))).Sweep.Runs());
    }
}
