using System.Collections.Immutable;
using SVco.Scripting.Repl;
using SVco.Scripting.Repl.Assistance;

namespace SVco.Scripting.Tests;

/// <summary>What is known of an input that goes on with the prelude and with earlier inputs.</summary>
public sealed class CodeAssistantTests(CodeAssistantTests.Session session) : IClassFixture<CodeAssistantTests.Session>
{
    /// <summary>One workspace for all tests: making it takes seconds.</summary>
    public sealed class Session
    {
        static readonly ImmutableArray<string> Before =
        [
            $"#load \"{ReplSession.Prelude}\"",
            "var experiment = Experiment(\"a\");",
            "int Twice(int number) => 2 * number;",
        ];

        readonly CodeAssistant assistant = new(Path.GetTempPath());

        internal Task<Advice> AdviseAsync(string input) => assistant.AdviseAsync(Before, input, input.Length, suggest: true, default);

        internal Task<string?> DescribeAsync(string name) => assistant.DescribeAsync(Before, name, default);
    }

    [Theory]
    [InlineData("r.", "L")]
    [InlineData("r.W", "W")]
    [InlineData("r.W.", "Match")]
    [InlineData("SV", "SVco")]
    [InlineData("TrainSett", "TrainSettings")]
    [InlineData("new TrainSettings() { Lea", "LearningRate")]
    [InlineData("TrainSettings t = new() { Lea", "LearningRate")]
    [InlineData("exper", "experiment")]
    [InlineData("experiment.Obj", "Objective")]
    [InlineData("Twi", "Twice")]
    [InlineData("Mvc.Train.Pai", "Pairs")]
    [InlineData("torch.aran", "arange")]
    [InlineData("await LlavaInterleave7B.Lo", "Load")]
    public async Task The_likeliest_name_comes_first(string input, string name)
    {
        var advice = await session.AdviseAsync(input);

        Assert.Equal(name, advice.Suggestions.FirstOrDefault()?.Name.Split('<')[0]);
    }

    [Theory]
    [InlineData("\"r.")]
    [InlineData("// r.")]
    public async Task Texts_and_comments_have_no_suggestions(string input) => Assert.Empty((await session.AdviseAsync(input)).Suggestions);

    [Fact]
    public async Task A_suggestion_is_described_by_its_signature_and_documentation()
    {
        var advice = await session.AdviseAsync("Atten");

        var description = await advice.Suggestions[0].DescribeAsync(default);

        Assert.Contains("Attend(double beta1)", description);
        Assert.Contains("Eq. 3: attend to the matching image.", description);
    }

    [Theory]
    [InlineData("Vco(0.1, ", "Objective Vco(double beta1, [double beta2])", "Eq. 5: visual contrastive optimisation of one side.")]
    [InlineData("experiment.Objective(SVco(", "Objective SVco([double beta1], double beta2)", null)]
    [InlineData("Twice(", "int Twice([int number])", null)]
    [InlineData("Math.Abs(", "and", "Returns the absolute value")]
    public async Task The_forms_of_a_call_are_shown_with_the_argument_that_is_typed(string input, string form, string? about)
    {
        var shown = (await session.AdviseAsync(input)).Signatures;

        Assert.Contains(shown, line => line.StartsWith(form, StringComparison.Ordinal));
        Assert.True(about is null || shown.Any(line => line.StartsWith(about, StringComparison.Ordinal)), string.Join('\n', shown));
    }

    [Fact]
    public async Task Types_methods_and_literals_have_colours_of_their_own()
    {
        const string input = "var t = new TrainSettings(); Twice(3); \"text\"";

        var colours = (await session.AdviseAsync(input)).Colours;

        int Colour(string word) => colours.Single(span => input.Substring(span.Span.Start, span.Span.Length) == word).Colour;
        Assert.Equal(5, new[] { "new", "TrainSettings", "Twice", "3", "\"text\"" }.Select(Colour).Distinct().Count());
    }

    [Fact]
    public async Task A_name_is_described_from_its_documentation() => Assert.Contains("Eq. 1: DPO", await session.DescribeAsync("Dpo"));
}
