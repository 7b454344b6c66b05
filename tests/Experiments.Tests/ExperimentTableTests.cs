using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Tests;

namespace SVco.Experiments.Tests;

/// <summary>Several experiments and one evaluation for each base model.</summary>
public sealed class ExperimentTableTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly List<RunEvent> events = [];

    public void Dispose() => folder.Dispose();

    static ExperimentTable Table { get; } =
        new("table")
        {
            Rows =
            [
                Row("a", ModelSpec.LlavaInterleave7B) with
                {
                    Objective = Objectives.Sft(),
                    Data = new() { Train = Recipe.FromJson("elsewhere/pairs.json").DoubleForSft(), Validation = null },
                },
                Row("b", ModelSpec.Llava15_7B),
                Row("c", ModelSpec.LlavaInterleave7B),
            ],
        };

    static Experiment Row(string name, ModelSpec model) =>
        new(name)
        {
            Model = model,
            Data = new() { Train = Recipe.FromJson("elsewhere/pairs.json"), Validation = null },
        };

    static ExperimentTable Parsed(params string[] args) => ((TableCommand.Run)TableCommandLine.Parse(Table, args)).Table;

    ExperimentTable Tiny(params string[] args) =>
        Parsed([
            "--tiny",
            "--output",
            folder.At("table"),
            "--benchmarks",
            "MMVP",
            "--set",
            "train.max_steps=1",
            "feature_cache=0",
            .. args,
        ]);

    Task Run(ExperimentTable table, bool dryRun = false)
    {
        events.Clear();
        return table.RunAsync(dryRun, new Seen(events.Add));
    }

    string Notes => string.Join('\n', events.OfType<RunEvent.Note>().Select(note => note.Text));

    [Fact]
    public void Rows_are_chosen_and_fields_set_in_all_of_them()
    {
        var table = Parsed("--rows", "c", "a", "--set", "train.epochs=3", "--limit", "5");
        Assert.Equal(["c", "a"], table.Rows.Select(row => row.Name));
        Assert.All(table.Rows, row => Assert.Equal(3, row.Train.Epochs));
        Assert.Equal(5, table.Evaluate.Limit);
        Assert.Contains("it has a, b, c", Assert.Throws<UserException>(() => Parsed("--rows", "d")).Message);
        Assert.Contains("FIELD=VALUE", Assert.Throws<UserException>(() => Parsed("--set", "train.epochs")).Message);
        // A recipe keeps its steps over the bundled pairs.
        Assert.Equal("FromJson(\"mvc/train\").DoubleForSft()", Tiny().Rows[0].Data.Train.Description);
    }

    [Fact]
    public async Task Models_on_one_base_are_compared_and_a_second_run_trains_nothing()
    {
        await Run(Tiny(), dryRun: true);
        Assert.Matches(@"a: 40 pairs, 1 step, about \d+ s", Notes);
        Assert.Contains("3 models, 10 questions each", Notes);
        Assert.False(Directory.Exists(folder.At("table", "a")));

        var table = Tiny();
        events.Clear();
        var results = await table.RunAsync(progress: new Seen(events.Add));
        // What evaluating takes is told before the first row is trained.
        Assert.Contains(
            events.TakeWhile(next => next is not RunEvent.Trained).OfType<RunEvent.Note>(),
            note => note.Text.StartsWith("Reading all prompts takes about", StringComparison.Ordinal)
        );
        Assert.Equal(
            [
                ["base", "a", "c"],
                ["base", "b"],
            ],
            results.Select(result => result.Models.Select(model => model.Name).ToArray())
        );
        Assert.Single(
            Directory.GetFiles(folder.At("table", "evaluation"), "report.html", SearchOption.AllDirectories),
            page => page.Contains("llava-interleave-")
        );

        await Run(table);
        Assert.DoesNotContain(events, next => next is RunEvent.Trained);
    }

    [Fact]
    public async Task What_any_row_lacks_is_told_before_the_first_is_trained()
    {
        var table = Tiny();
        var lacking = table with { Rows = table.Rows.SetItem(2, table.Rows[2].With("data.train", "FromJson(\"nowhere.json\")")) };
        Assert.Contains("c: ", (await Assert.ThrowsAsync<UserException>(() => lacking.RunAsync())).Message);
        await Assert.ThrowsAsync<UserException>(() => (table with { Rows = [table.Rows[0], table.Rows[0]] }).RunAsync());
        await Assert.ThrowsAsync<UserException>(() => (table with { Rows = [] }).RunAsync());
        Assert.False(Directory.Exists(folder.At("table")));
    }
}
