using System.Globalization;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Core.Training;
using SVco.Models;

namespace SVco.Experiments.Tests;

/// <summary>The fields of an experiment by their dotted names.</summary>
public class ExperimentFieldTests
{
    [Property]
    public FsCheck.Property A_field_has_the_value_that_it_was_given() =>
        Prop.ForAll(
            Generated
                .Experiment.Zip(Generated.Field)
                .SelectMany(pair => Generated.ValueOf(pair.Item2).Select(value => (pair.Item1, pair.Item2, value)))
                .ToArbitrary(),
            given =>
            {
                var (experiment, field, value) = given;
                Assert.Equal(value, experiment.With(field.Path, value)[field.Path]);
            }
        );

    [Property]
    public FsCheck.Property A_value_and_its_text_say_the_same() =>
        Prop.ForAll(
            Generated.Field.SelectMany(field => Generated.ValueOf(field).Select(value => (field, value))).ToArbitrary(),
            given =>
            {
                var experiment = new Experiment("x").With(given.field.Path, given.value);
                // A text has no text for itself that is not set: it may be called none.
                Assert.True(
                    given is { value: null, field.Type: var type } && type == typeof(string)
                        // Lists of names are arrays, which are equal only to themselves.
                        || given.value is string[] names
                            && names.SequenceEqual(
                                (string[])new Experiment("x").With(given.field.Path, FieldText.Of(names))[given.field.Path]!
                            )
                        || experiment == new Experiment("x").With(given.field.Path, FieldText.Of(given.value))
                );
            }
        );

    [Property]
    public FsCheck.Property YAML_gives_the_experiment_back() =>
        Prop.ForAll(
            Generated.Experiment.ToArbitrary(),
            experiment =>
                Experiment.FromYaml(experiment.ToYaml()) is var read
                && read.Fields.Select(field => field.Text).SequenceEqual(experiment.Fields.Select(field => field.Text))
                // Lists of names are arrays, which are equal only to themselves.
                && read with { Evaluate = experiment.Evaluate } == experiment
        );

    [Fact]
    public void Every_field_says_what_it_means_and_every_number_what_it_may_be()
    {
        foreach (var (field, _) in new Experiment("x").Fields)
        {
            Assert.EndsWith(".", field.About.Help);
            Assert.True(field.About.Range.Length > 0 || field.Type != typeof(int) && field.Type != typeof(double), field.Path);
        }
    }

    [Theory]
    [InlineData("train.learning_rate", "2e-6", 2e-6)]
    [InlineData("train.max_steps", "none", null)]
    [InlineData("model.precision", "bf16", Precision.BFloat16)]
    [InlineData("model.frozen", "vision_tower, projector", Part.VisionTower | Part.Projector)]
    [InlineData("model.frozen", "none", Part.None)]
    [InlineData("train.behaviour", "Corrected", Behaviour.Corrected)]
    [InlineData("token_budget", 1.0, 1)]
    public void A_value_may_be_given_as_text_or_as_another_number(string path, object value, object? expected) =>
        Assert.Equal(expected, new Experiment("x").With(path, value)[path]);

    [Theory]
    [InlineData("train.learning_rate", "0", "train.learning_rate is 0; it must be above 0.")]
    [InlineData("train.learning_rate", double.NaN, "train.learning_rate is NaN; it must be above 0.")]
    [InlineData("train.learning_rate", "Infinity", "must be above 0.")]
    [InlineData("train.learning_rate", "1,5", "train.learning_rate is 1,5; it must be a number above 0.")]
    [InlineData("train.warmup_ratio", 2, "train.warmup_ratio is 2; it must be from 0 to 1.")]
    [InlineData("train.beta2", 1, "train.beta2 is 1; it must be from 0 to below 1.")]
    [InlineData("train.epochs", "1.5", "train.epochs is 1.5; it must be a whole number at least 1.")]
    [InlineData("train.epochs", null, "train.epochs is none; it must be a whole number at least 1.")]
    [InlineData("train.schedule", "square", "it must be cosine or linear or constant.")]
    [InlineData("train.max_steps", "0", "train.max_steps is 0; it must be at least 1.")]
    [InlineData("objective", "-LogSigmoid(", "objective: ")]
    [InlineData("data.train", "nonsense", "data.train")]
    public void A_value_that_a_field_does_not_take_is_told_with_the_range(string path, object? value, string message) =>
        Assert.Contains(message, Assert.Throws<UserException>(() => new Experiment("x").With(path, value)).Message);

    [Theory]
    [InlineData("learning_rate", "train.learning_rate")]
    [InlineData("train.lerning_rate", "train.learning_rate")]
    [InlineData("model.lora", "model.lora.rank, model.lora.alpha, model.lora.targets")]
    public void A_field_that_does_not_exist_is_told_with_near_ones(string path, string near) =>
        Assert.Contains(near, Assert.Throws<UserException>(() => new Experiment("x").With(path, 1)).Message);

    [Fact]
    public void A_culture_with_commas_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            var experiment = new Experiment("x").With("train.learning_rate", "1.5e-6");
            Assert.Equal(1.5e-6, experiment.Train.LearningRate);
            Assert.Contains("learning_rate: 1.5e-6\n", experiment.ToYaml());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_field_of_adapters_makes_them_and_loses_them()
    {
        var adapted = new Experiment("x").With("model.lora.rank", 4);
        Assert.Equal(new Lora(4, 32, "q_proj", "v_proj"), adapted.Model.Lora);
        Assert.Null(adapted.With("model.lora.rank", "none").Model.Lora);
    }

    [Fact]
    public void The_words_of_a_script_and_the_names_say_the_same()
    {
        var words = new Experiment("x")
            .Model(ModelSpec.Llava15_7B with { Precision = Precision.BFloat16 })
            .Objective(Core.Objectives.Objectives.Dpo(0.1))
            .Data(Mvc.Train.Take(3))
            .Train(new() { Epochs = 2, Schedule = Schedule.Linear });

        Assert.Equal(
            words,
            new Experiment("x")
                .With("model.checkpoint", "llava-hf/llava-1.5-7b-hf")
                .With("model.precision", "bf16")
                .With("objective", "Dpo(0.1)")
                .With("data.train", "FromJson(\"mvc/train\").Take(3)")
                .With("data.validation", null)
                .With("train.epochs", 2)
                .With("train.schedule", "linear")
        );
    }

    [Fact]
    public async Task A_run_refuses_what_a_script_sets_out_of_range()
    {
        var experiment = new Experiment("x").Train(new() { LearningRate = -1 });
        var error = await Assert.ThrowsAsync<UserException>(() => experiment.RunAsync());
        Assert.Equal("train.learning_rate is -1; it must be above 0.", error.Message);
    }
}
