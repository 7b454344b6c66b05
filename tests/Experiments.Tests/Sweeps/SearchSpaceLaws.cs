using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace SVco.Experiments.Tests;

/// <summary>Which points a search space has.</summary>
public class SearchSpaceLaws
{
    static SearchSpace.Axis AxisOf(string path, int values) => new(path, [.. Enumerable.Range(1, values).Select(value => $"{value}")]);

    static SearchSpace.Random Drawn(int samples, ulong seed) =>
        new(
            [
                new("train.learning_rate", new Distribution.LogUniform(1e-7, 1e-3), IsWhole: false),
                new("train.epochs", new Distribution.Uniform(1, 1000), IsWhole: true),
                new("objective", new Distribution.Choice(["Sft()", "Dpo(0.1)"]), IsWhole: false),
            ],
            samples,
            seed
        );

    static double ValueOf(SweepPoint point, string path) =>
        double.Parse(point.Settings.Single(setting => setting.Path == path).Value, System.Globalization.CultureInfo.InvariantCulture);

    [Property(MaxTest = 30)]
    public Property A_grid_has_every_combination_once_and_its_last_axis_changes_fastest() =>
        Prop.ForAll(
            Gen.Choose(1, 4).Three().ToArbitrary(),
            sizes =>
            {
                var (first, second, third) = sizes;
                var points = new SearchSpace.Grid([
                    AxisOf("train.epochs", first),
                    AxisOf("train.batch_size", second),
                    AxisOf("token_budget", third),
                ])
                    .Points()
                    .Select(point => string.Join(' ', point.Settings.Select(setting => setting.Value)))
                    .ToArray();
                return points.SequenceEqual(
                    from one in Enumerable.Range(1, first)
                    from two in Enumerable.Range(1, second)
                    from three in Enumerable.Range(1, third)
                    select $"{one} {two} {three}"
                );
            }
        );

    [Property(MaxTest = 30)]
    public bool More_samples_of_a_seed_begin_with_the_same_points(PositiveInt samples, PositiveInt more, ulong seed)
    {
        var (fewer, all) = (Drawn(samples.Get % 20, seed).Points(), Drawn(samples.Get % 20 + more.Get % 20, seed).Points());
        return all.Take(fewer.Length).SequenceEqual(fewer);
    }

    [Property(MaxTest = 30)]
    public bool What_is_drawn_lies_between_its_ends(ulong seed) =>
        Drawn(20, seed)
            .Points()
            .All(point =>
                ValueOf(point, "train.learning_rate") is >= 1e-7 and <= 1e-3
                && ValueOf(point, "train.epochs") is >= 1 and <= 1000 and var epochs
                && epochs == Math.Floor(epochs)
            );

    [Fact]
    public void A_logarithm_is_uniform()
    {
        // Half of 1e-7 to 1e-3 by logarithm lies below 1e-5; of 400 draws the share is off by 0.025 (standard error).
        var below = Drawn(400, 3).Points().Count(point => ValueOf(point, "train.learning_rate") < 1e-5);
        Assert.InRange(below / 400.0, 0.4, 0.6);
    }

    [Fact]
    public void Points_that_give_the_same_experiment_are_one()
    {
        SweepPoint Point(string rate) => new([new("train.learning_rate", rate)]);
        Assert.Single(new SearchSpace.List([Point("1e-6"), Point("0.000001")]).Points());
    }

    [Property]
    public bool Rungs_grow_by_the_factor_from_the_first_steps_to_the_whole_run(PositiveInt least, PositiveInt factor, PositiveInt whole)
    {
        var (min, times, max) = (least.Get, 2 + factor.Get % 5, whole.Get * 20);
        var rungs = new SuccessiveHalving(min, times).Rungs(max);
        return rungs[^1] == max
            && rungs[0] == Math.Min(min, max)
            && rungs.Zip(rungs.Skip(1)).All(pair => pair.First < pair.Second && pair.Second <= (long)pair.First * times);
    }

    [Property]
    public bool One_of_so_many_points_goes_on_and_one_always_does(PositiveInt points, PositiveInt factor)
    {
        var halving = new SuccessiveHalving(1, 2 + factor.Get % 5);
        var promoted = halving.Promoted(points.Get);
        return promoted >= 1 && promoted <= points.Get && (promoted == 1 || promoted * halving.Factor <= points.Get);
    }

    [Property]
    public bool Runs_at_once_fit_into_memory_and_share_the_cores(PositiveInt cores, PositiveInt free, PositiveInt[] memories)
    {
        ImmutableArray<long> sizes = [.. memories.Select(memory => (long)memory.Get)];
        var schedule = SweepSchedule.Of(cores.Get, free.Get, sizes);
        return schedule.Jobs >= 1
            && schedule.Jobs <= cores.Get
            && schedule.Threads * schedule.Jobs <= cores.Get
            && (schedule.Jobs == 1 || sizes.OrderDescending().Take(schedule.Jobs).Sum() <= free.Get);
    }

    [Fact]
    public void Runs_at_once_are_as_many_as_fit_and_no_more_than_asked()
    {
        Assert.Equal(new SweepSchedule(3, 2), SweepSchedule.Of(cores: 6, free: 100, [30, 30, 30, 30]));
        Assert.Equal(new SweepSchedule(2, 3), SweepSchedule.Of(cores: 6, free: 100, [30, 30, 30, 30], asked: 2));
        Assert.Equal(new SweepSchedule(1, 6), SweepSchedule.Of(cores: 6, free: 100, [300, 30]));
    }
}
