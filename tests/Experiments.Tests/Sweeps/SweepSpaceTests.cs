using SVco.Core;

namespace SVco.Experiments.Tests;

/// <summary>What a sweep needs on the disk: models of 10, states of 30.</summary>
public sealed class SweepSpaceTests
{
    static SweepSpace Space(string yaml, int jobs, long model = 10, long state = 30)
    {
        var text = $"tiny: true\nexperiment: {{train: {{max_steps: 8, evaluate_every: 1}}}}\n{yaml}";
        var sweep = SweepYaml.Read(text, "x.yaml", _ => throw new InvalidOperationException()) with { Output = "/nowhere/x" };
        return new(sweep, [.. sweep.Runs().Select(run => (run, new RunRoom(model, state, Kept: 0, Saves: 2)))], jobs);
    }

    const string Eight = "grid: {train.learning_rate: [1e-6, 1e-5, 1e-4, 1e-3]}\nseeds: [1, 2]\n";

    [Theory]
    // Two states of each run under way, one of which the model takes the place of, and the others' models.
    [InlineData(Eight, 1, 80 + 50)]
    [InlineData(Eight, 2, 80 + 100)]
    [InlineData(Eight, 100, 80 + 400)]
    // The best point's two models, for each run under way one that waits for its other seed, and two states.
    [InlineData(Eight + "keep: winner", 1, 30 + 60)]
    [InlineData(Eight + "keep: winner", 2, 40 + 120)]
    // No more than all of them.
    [InlineData(Eight + "keep: winner", 100, 80 + 400)]
    // A state of each run, and one that is being written.
    [InlineData(Eight + "successive_halving: {min_steps: 2}", 1, 240 + 30)]
    public void It_follows_from_what_stays_and_what_is_under_way(string yaml, int jobs, long needed) =>
        Assert.Equal(needed, Space(yaml, jobs).Needed);

    [Fact]
    public void A_sweep_that_can_never_fit_is_refused_with_what_would()
    {
        Space(Eight, jobs: 1).Require();
        var message = Assert.Throws<UserException>(() => Space(Eight, jobs: 1, model: 1L << 50, state: 1L << 51).Require()).Message;
        Assert.Contains("need up to 11534336.0 GiB", message);
        Assert.Contains("with `keep: winner` up to 7340032.0 GiB", message);
    }
}
