using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using SVco.Core.Training;
using SVco.Tests;

namespace SVco.Core.Tests.Training;

public class TrainingPlanTests
{
    /// <summary>The official runs under golden/svco, each with the settings it recorded.</summary>
    static IEnumerable<(JsonElement Run, TrainSettings Settings, int Count)> OfficialRuns() =>
        Golden
            .Folders("svco")
            .Select(folder => Path.Combine(folder, "trajectory.json"))
            .Where(File.Exists)
            .Select(Golden.Json)
            .Select(run =>
            {
                var arguments = run.GetProperty("arguments");
                string Argument(string name) => arguments.GetProperty(name).GetString()!;
                var settings = new TrainSettings
                {
                    LearningRate = double.Parse(Argument("learning_rate")),
                    WarmupRatio = double.Parse(Argument("warmup_ratio")),
                    Schedule = Enum.Parse<Schedule>(Argument("lr_scheduler_type"), ignoreCase: true),
                    Epochs = int.Parse(Argument("num_train_epochs")),
                    BatchSize = int.Parse(Argument("per_device_train_batch_size")),
                    Accumulation = int.Parse(Argument("gradient_accumulation_steps")),
                    Seed = int.Parse(Argument("seed")),
                };
                return (run, settings, Golden.Json(Golden.PathOf("svco", run.GetProperty("train_file").GetString()!)).GetArrayLength());
            });

    [Fact]
    public void The_examples_come_in_the_order_of_the_official_runs()
    {
        foreach (var (run, settings, count) in OfficialRuns())
        {
            var planned = StepPlan.Steps(count, settings).SelectMany(step => step.MicroBatches).Select(batch => string.Join(' ', batch));
            var official = run.GetProperty("micro")
                .EnumerateArray()
                .Select(micro => string.Join(' ', micro.GetProperty("examples").EnumerateArray()));
            Assert.Equal(official, planned);
            Assert.Equal(run.GetProperty("max_steps").GetInt32(), StepPlan.Steps(count, settings).Length);
        }
    }

    [Fact]
    public void The_learning_rates_are_those_of_the_official_runs()
    {
        foreach (var (run, settings, count) in OfficialRuns())
        {
            var steps = StepPlan.Steps(count, settings).Length;
            Assert.All(
                run.GetProperty("steps").EnumerateArray(),
                step =>
                {
                    var used = step.GetProperty("lr_used")[0].GetDouble();
                    // Both are float64 from the same formula; the cosine may differ in its last bits.
                    Assert.Equal(
                        used,
                        LearningRate.At(settings, step.GetProperty("step").GetInt32() - 1, steps),
                        1e-12 * settings.LearningRate
                    );
                }
            );
        }
    }

    [Property]
    public bool Corrected_every_epoch_sees_every_example_once(PositiveInt count, PositiveInt batch, PositiveInt accumulation)
    {
        var settings = new TrainSettings
        {
            Behaviour = Behaviour.Corrected,
            Epochs = 2,
            BatchSize = batch.Get,
            Accumulation = accumulation.Get,
        };
        return StepPlan
            .Steps(count.Get, settings)
            .GroupBy(step => step.Epoch)
            .All(epoch =>
                epoch.SelectMany(step => step.MicroBatches).SelectMany(micro => micro).Order().SequenceEqual(Enumerable.Range(0, count.Get))
            );
    }

    [Property]
    public bool The_order_of_an_epoch_is_a_permutation(NonNegativeInt count, NonNegativeInt seed, NonNegativeInt epoch) =>
        EpochOrder.Of(count.Get, seed.Get, epoch.Get).Order().SequenceEqual(Enumerable.Range(0, count.Get));

    [Property]
    public bool The_rate_never_leaves_0_to_its_peak(Schedule schedule, Behaviour behaviour, PositiveInt steps, NonNegativeInt step)
    {
        var settings = new TrainSettings { Schedule = schedule, Behaviour = behaviour };
        var rate = LearningRate.At(settings, step.Get % steps.Get, steps.Get);
        return rate >= 0 && rate <= settings.LearningRate && (behaviour == Behaviour.Official || rate > 0);
    }

    [Fact]
    public void A_setting_out_of_range_is_named()
    {
        var error = Assert.Throws<UserException>(() => new TrainSettings { WarmupRatio = 2 }.Validated());
        Assert.Contains("WarmupRatio is 2", error.Message);
    }
}
