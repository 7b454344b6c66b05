using SVco.Core;
using SVco.Core.Data;

namespace SVco.Experiments.Tests;

/// <summary>The options of an experiment's script.</summary>
public class ExperimentCommandLineTests
{
    static readonly Experiment Script = new Experiment("x").OrTiny();
    static readonly string[] Real = ["--model", "folder", "--data", "pairs.json"];

    [Theory]
    [InlineData("--validation", "v.json", "data.validation_file", "v.json")]
    [InlineData("--images", "pictures", "data.images", "pictures")]
    [InlineData("--output", "out", "output", "out")]
    [InlineData("--device", "cpu", "device", "cpu")]
    [InlineData("--objective", "Sft()", "objective", "TokenMean(-pi.W.Match, length.W)")]
    [InlineData("--feature-cache", "0.5", "feature_cache", "0.5")]
    [InlineData("--memory", "small", "memory", "small")]
    [InlineData("--token-budget", "1", "token_budget", "1")]
    [InlineData("--precision", "bf16", "model.precision", "bf16")]
    [InlineData("--learning-rate", "1e-5", "train.learning_rate", "1e-5")]
    [InlineData("--epochs", "3", "train.epochs", "3")]
    [InlineData("--max-steps", "7", "train.max_steps", "7")]
    [InlineData("--batch-size", "2", "train.batch_size", "2")]
    [InlineData("--accumulation", "4", "train.accumulation", "4")]
    [InlineData("--max-text-length", "96", "train.max_text_length", "96")]
    [InlineData("--seed", "1", "train.seed", "1")]
    [InlineData("--save-every", "5", "train.save_every", "5")]
    [InlineData("--evaluate-every", "5", "train.evaluate_every", "5")]
    [InlineData("--behaviour", "corrected", "train.behaviour", "corrected")]
    [InlineData("--warmup-ratio", "0.1", "train.warmup_ratio", "0.1")]
    [InlineData("--adam-beta2", "0.99", "train.beta2", "0.99")]
    [InlineData("--lora-rank", "8", "model.lora.rank", "8")]
    [InlineData("--lora-targets", "k_proj,v_proj", "model.lora.targets", "k_proj, v_proj")]
    public void An_option_changes_its_field_and_nothing_else(string option, string value, string path, string text)
    {
        var run = Parse([.. Real, option, value]);
        Assert.Equal(text, run.Experiment.Fields.Single(field => field.Field.Path == path).Text);
        Assert.Equal(Parse(Real).Experiment.With(path, text), run.Experiment);
    }

    [Fact]
    public void Every_field_has_an_option_of_its_own()
    {
        var names = Script.Fields.Select(field => FieldOptions.NameOf(field.Field)).ToArray();
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void Without_a_model_and_pairs_the_bundled_ones_are_taken_and_settings_still_count()
    {
        var tiny = Parse(["--epochs", "9"]).Experiment;
        Assert.True(Tiny.IsIn(tiny));
        Assert.True(File.Exists(tiny.Data.TrainFile));
        Assert.Equal(9, tiny.Train.Epochs);
    }

    [Fact]
    public void A_restart_is_asked_for_beside_the_experiment()
    {
        Assert.False(Parse(Real).Restart);
        Assert.True(Parse([.. Real, "--restart"]).Restart);
    }

    [Fact]
    public void A_run_may_end_after_some_steps_or_only_be_described()
    {
        Assert.Null(Parse(Real).StopAfter);
        Assert.Equal(7, Parse([.. Real, "--stop-after", "7"]).StopAfter);
        var described = Assert.IsType<CommandLine.Describe>(ExperimentCommandLine.Parse(Script, [.. Real, "--epochs", "3", "--yaml"]));
        Assert.Equal(Parse([.. Real, "--epochs", "3"]).Experiment, described.Experiment);
    }

    [Theory]
    [InlineData("--learning-rate is abc; it must be a number above 0.", "--data", "p.json", "--learning-rate", "abc")]
    [InlineData("--feature-cache is -1; it must be at least 0.", "--data", "p.json", "--feature-cache", "-1")]
    [InlineData("--memory is tiny; it must be normal or small.", "--data", "p.json", "--memory", "tiny")]
    [InlineData("--model needs --data", "--model", "m")]
    [InlineData("--validation needs --data", "--validation", "v.json")]
    [InlineData("--images needs --data", "--images", "i")]
    public void A_wrong_option_is_explained(string message, params string[] args) =>
        Assert.Contains(message, Assert.Throws<UserException>(() => ExperimentCommandLine.Parse(Script, args)).Message);

    [Fact]
    public void What_a_script_names_counts_and_the_bundled_ones_stand_in_only_where_it_lets_them()
    {
        Experiment[] scripts = [Script.Model(new("mine")), Script.Data(Recipe.FromJson("mine.json")), new("x")];
        Assert.All(
            scripts,
            script => Assert.Equal(script, Assert.IsType<CommandLine.Run>(ExperimentCommandLine.Parse(script, [])).Experiment)
        );
        Assert.Contains("Which pairs?", Assert.Throws<UserException>(() => scripts[2].Data.RequireFiles()).Message);
    }

    [Theory]
    [InlineData("--data p.json would not be read", "data.train_file")]
    [InlineData("--validation p.json would not be read", "data.validation_file")]
    public void A_file_that_the_recipes_would_not_read_is_refused(string message, string field) =>
        Assert.Contains(
            message,
            Assert.Throws<UserException>(() => Script.Data(Recipe.FromJson("mine.json")).With(field, "p.json").Data.RequireFiles()).Message
        );

    [Theory]
    [InlineData("")]
    [InlineData("a/../../b")]
    [InlineData("..")]
    [InlineData("a\nb")]
    [InlineData("a:b")]
    public void A_name_that_is_no_folders_is_refused(string name) =>
        Assert.Contains("cannot be a folder's", Assert.Throws<UserException>(() => ExperimentCommandLine.Parse(new(name), [])).Message);

    [Fact]
    public void An_objective_without_the_model_is_refused() =>
        Assert.Contains(
            "nothing to train",
            Assert.Throws<UserException>(() => ExperimentCommandLine.Parse(Script.Objective(1.0), [])).Message
        );

    [Fact]
    public void A_mistake_of_the_script_is_told_also_where_the_bundled_settings_would_hide_it() =>
        Assert.Equal(
            "train.learning_rate is -1; it must be above 0.",
            Assert.Throws<UserException>(() => ExperimentCommandLine.Parse(Script.Train(new() { LearningRate = -1 }), [])).Message
        );

    static CommandLine.Run Parse(string[] args) => Assert.IsType<CommandLine.Run>(ExperimentCommandLine.Parse(Script, args));
}
