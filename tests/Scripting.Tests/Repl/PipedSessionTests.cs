namespace SVco.Scripting.Tests;

/// <summary>What a session makes of its inputs.</summary>
public sealed class PipedSessionTests(PipedSession session) : IClassFixture<PipedSession>
{
    [Theory]
    [InlineData("value", "2")]
    [InlineData("statement", "")]
    [InlineData("several lines", "big")]
    [InlineData("earlier variable", "6")]
    [InlineData("after a failure", "3")]
    [InlineData("declared before a failure, after it", "5")]
    [InlineData("recipe", "FromJson(\"mvc/train\").Shuffle(seed: 7)")]
    [InlineData("tensor", "Int64 [2, 3] on cpu, 0 to 5, mean 2.5\n0  1  2\n3  4  5")]
    [InlineData("loaded", "\"declared\"")]
    [InlineData("loss of the base", "True")]
    [InlineData("sensitivity adds up", "True")]
    [InlineData("answer", "True")]
    public void A_value_is_shown_and_goes_on(string input, string shown)
    {
        Assert.Equal("", session.Error(input));
        Assert.Equal(shown, session.Output(input));
    }

    [Theory]
    [InlineData("unknown name", "  x + foo\n      ^^^\nerror CS0103: The name 'foo' does not exist in the current context")]
    [InlineData(
        "error in a later line",
        "      int z = \"text\";\n              ^^^^^^\nline 3: error CS0029: Cannot implicitly convert type 'string' to 'int'"
    )]
    [InlineData("nothing of what was refused", "  y\n  ^\nerror CS0103: The name 'y' does not exist in the current context")]
    [InlineData("user's mistake", "Give a model.")]
    [InlineData("no run", "none is not a run's folder: it has no experiment.yaml. Runs lie in runs/NAME.")]
    public void What_is_wrong_is_shown_with_its_place(string input, string shown)
    {
        Assert.Equal(shown, session.Error(input));
        Assert.Equal("", session.Output(input));
    }

    [Fact]
    public void A_loaded_script_declares_and_does_not_run() =>
        Assert.Equal("Loaded, and not run: return loaded.Length / 0;", session.Error("load"));

    [Fact]
    public void A_formula_is_shown_with_what_it_costs() =>
        Assert.Equal(
            "-LogSigmoid(0.1 * (r.W.Match - r.W.NoImage))\n+ -LogSigmoid(0.2 * (r.W.NoImage - r.W.Mismatch))\n"
                + "scores W.Match, W.Mismatch, W.NoImage; needs the reference",
            session.Output("formula")
        );

    [Fact]
    public void A_pair_is_shown_with_its_contrast_marked()
    {
        var shown = session.Output("pair");

        Assert.Contains("W       The image shows a [red] circle in the middle.", shown);
        Assert.Contains("L       The image shows a [purple] circle in the middle.", shown);
    }

    [Fact]
    public void A_models_scores_are_the_table_of_two_by_three()
    {
        var lines = session.Output("model").Split('\n').Where(line => line.Length > 0).ToArray();

        Assert.Matches(@"^\s+log p\s+Match\s+Mismatch\s+NoImage$", lines[0]);
        Assert.Matches(@"^\s+W(\s+-\d+\.\d{3}){3}$", lines[2]);
        Assert.Matches(@"^\s+L(\s+-\d+\.\d{3}){3}$", lines[3]);
    }

    [Fact]
    public void Sensitivity_has_a_line_for_each_token_and_their_sum()
    {
        var shown = session.Output("sensitivity");

        Assert.Matches(@"(?m)^\s+W\s+own image\s+other image$", shown);
        Assert.Equal(2, shown.Split('\n').Count(line => line.TrimStart().StartsWith("all ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Settings_show_what_is_not_usual()
    {
        var shown = session.Output("settings");

        Assert.Matches(@"(?m)^train\.epochs +3$", shown);
        Assert.DoesNotContain("train.learning_rate", shown);
    }

    [Fact]
    public void Values_with_properties_are_rows_of_a_table() => Assert.Matches(@"A\s+B\s+─+\s+1\s+one\s+20\s+two", session.Output("rows"));

    [Fact]
    public void Of_an_endless_sequence_the_beginning_is_shown() => Assert.EndsWith("7\nand more", session.Output("endless"));

    [Fact]
    public void Help_on_a_name_gives_its_signature_and_documentation() =>
        Assert.Equal("Objective Objectives.Attend(double beta1)\nEq. 3: attend to the matching image.", session.Output("help"));

    [Fact]
    public void The_exit_code_says_that_not_all_went_well() => Assert.Equal(1, session.Code);
}
