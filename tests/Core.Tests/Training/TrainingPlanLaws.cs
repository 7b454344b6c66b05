using System.Collections.Immutable;
using FsCheck;
using FsCheck.Xunit;
using SVco.Core.Training;

namespace SVco.Core.Tests;

public class TrainingPlanLaws
{
    static TrainSettings Settings(byte batch, byte accumulation, byte epochs, Behaviour behaviour) =>
        new()
        {
            BatchSize = batch % 5 + 1,
            Accumulation = accumulation % 5 + 1,
            Epochs = epochs % 4 + 1,
            Behaviour = behaviour,
        };

    static ImmutableArray<Window> Windows(int examples, TrainSettings settings) =>
        [.. TrainingPlan.Windows(examples, settings, epoch => EpochOrder.Of(examples, settings.Seed, epoch))];

    [Property]
    public bool A_plan_has_max_steps_windows(PositiveInt examples, byte batch, byte accumulation, byte epochs, bool official) =>
        Settings(batch, accumulation, epochs, official ? Behaviour.Official : Behaviour.Corrected) is var settings
        && Windows(examples.Get, settings)
            .Select(window => window.Step)
            .SequenceEqual(Enumerable.Range(1, TrainingPlan.MaxSteps(examples.Get, settings)));

    [Property]
    public bool A_corrected_plan_sees_every_example_once_an_epoch(PositiveInt examples, byte batch, byte accumulation, byte epochs)
    {
        var settings = Settings(batch, accumulation, epochs, Behaviour.Corrected);
        var windows = Windows(examples.Get, settings);
        return windows
                .SelectMany(window => window.MicroBatches.SelectMany(microBatch => microBatch))
                .Chunk(examples.Get)
                .Select(epoch => epoch.Order())
                .All(epoch => epoch.SequenceEqual(Enumerable.Range(0, examples.Get)))
            && windows.All(window => window.Divisor == window.MicroBatches.Length && window.Divisor <= settings.Accumulation)
            && windows[^1].EpochsDone == settings.Epochs;
    }

    [Property]
    public bool An_official_plan_streams_the_epochs_in_order(PositiveInt examples, byte batch, byte accumulation, byte epochs)
    {
        var settings = Settings(batch, accumulation, epochs, Behaviour.Official);
        var seen = Windows(examples.Get, settings).SelectMany(window => window.MicroBatches.SelectMany(microBatch => microBatch)).ToList();
        return Enumerable
            .Range(0, settings.Epochs + 1)
            .SelectMany(epoch => EpochOrder.Of(examples.Get, settings.Seed, epoch))
            .Take(seen.Count)
            .SequenceEqual(seen);
    }

    [Fact]
    public void An_official_window_ends_with_an_epoch_that_has_no_more_micro_batches_than_the_accumulation()
    {
        // Three micro batches an epoch, accumulation 4: windows end after 3 (end of epoch), 4 (full), 6 (end of epoch).
        var windows = Windows(3, new() { Accumulation = 4, Epochs = 3 });
        Assert.Equal([3, 1, 2], windows.Select(window => window.MicroBatches.Length));
        Assert.All(windows, window => Assert.Equal(4, window.Divisor));
    }

    [Fact]
    public void A_number_of_steps_overrides_the_epochs()
    {
        Assert.Equal(7, Windows(4, new() { Accumulation = 2, MaxSteps = 7 }).Length);
        Assert.Equal(
            7,
            Windows(
                4,
                new()
                {
                    Accumulation = 2,
                    MaxSteps = 7,
                    Behaviour = Behaviour.Corrected,
                }
            ).Length
        );
        Assert.Single(Windows(400, new() { Accumulation = 2, MaxSteps = 1 }));
    }

    [Fact]
    public void An_epochs_order_is_torch_randperm()
    {
        // torch.randperm(10, generator=torch.Generator().manual_seed(s)) of PyTorch 2.13.
        Assert.Equal([2, 6, 1, 8, 4, 5, 0, 9, 3, 7], EpochOrder.Of(10, 42, 0).ToArray());
        Assert.Empty(EpochOrder.Of(0, 42, 0));
    }

    [Property]
    public bool An_epochs_order_is_a_permutation_of_its_own(PositiveInt examples, NonNegativeInt seed, byte epoch) =>
        EpochOrder.Of(examples.Get, seed.Get, epoch).Order().SequenceEqual(Enumerable.Range(0, examples.Get))
        && EpochOrder.Of(50, seed.Get, epoch) is var order
        && !order.SequenceEqual(EpochOrder.Of(50, seed.Get, epoch + 1));

    [Property]
    public bool The_learning_rate_rises_to_its_peak_and_falls(PositiveInt steps, byte percent, bool official, bool linear)
    {
        var settings = new TrainSettings
        {
            WarmupRatio = percent % 101 / 100.0,
            Behaviour = official ? Behaviour.Official : Behaviour.Corrected,
            Schedule = linear ? Schedule.Linear : Schedule.Cosine,
        };
        var rates = Enumerable.Range(0, steps.Get).Select(step => LearningRate.At(settings, step, steps.Get)).ToList();
        var warmup = Math.Min(LearningRate.WarmupSteps(settings, steps.Get), steps.Get);
        return rates.Take(warmup).SequenceEqual(rates.Take(warmup).Order())
            && rates.Skip(warmup).SequenceEqual(rates.Skip(warmup).OrderDescending())
            && rates.All(rate => rate >= 0 && rate <= settings.LearningRate)
            && (official || rates.All(rate => rate > 0));
    }

    [Fact]
    public void The_first_official_warm_up_step_is_lost_and_the_first_corrected_one_is_not()
    {
        var settings = new TrainSettings
        {
            LearningRate = 1,
            WarmupRatio = 0.4,
            Schedule = Schedule.Constant,
        };
        double[] Rates(Behaviour behaviour) =>
            [.. Enumerable.Range(0, 5).Select(step => LearningRate.At(settings with { Behaviour = behaviour }, step, 5))];

        Assert.Equal([0, 0.5, 1, 1, 1], Rates(Behaviour.Official));
        Assert.Equal([0.5, 1, 1, 1, 1], Rates(Behaviour.Corrected));
    }

    [Theory]
    [InlineData("language_model.model.layers.0.input_layernorm.weight", "qwen2", true, false)]
    [InlineData("model.language_model.norm.weight", "qwen2", true, false)]
    [InlineData("language_model.model.norm.weight", "llama", false, false)]
    [InlineData("vision_tower.vision_model.pre_layrnorm.weight", "qwen2", false, false)]
    [InlineData("vision_tower.vision_model.encoder.layers.0.layer_norm1.weight", "llama", false, false)]
    [InlineData("language_model.model.layers.0.self_attn.q_proj.bias", "qwen2", false, false)]
    [InlineData("language_model.model.layers.0.self_attn.q_proj.weight", "qwen2", true, true)]
    [InlineData("language_model.model.embed_tokens.weight", "llama", true, true)]
    public void Weight_decay_spares_biases_and_norms(string parameter, string type, bool official, bool corrected)
    {
        Assert.Equal(official, ParameterGroups.GetsWeightDecay(parameter, type, Behaviour.Official));
        Assert.Equal(corrected, ParameterGroups.GetsWeightDecay(parameter, type, Behaviour.Corrected));
    }

    [Fact]
    public void A_setting_out_of_range_is_named()
    {
        foreach (
            var (settings, name) in new (TrainSettings, string)[]
            {
                (new() { LearningRate = 0 }, "LearningRate"),
                (new() { LearningRate = double.NaN }, "LearningRate"),
                (new() { WarmupRatio = 1.1 }, "WarmupRatio"),
                (new() { Schedule = (Schedule)9 }, "Schedule"),
                (new() { Epochs = 0 }, "Epochs"),
                (new() { BatchSize = 0 }, "BatchSize"),
                (new() { Accumulation = -1 }, "Accumulation"),
                (new() { Betas = (0.9, 1) }, "Betas"),
                (new() { Epsilon = 0 }, "Epsilon"),
                (new() { WeightDecay = -1 }, "WeightDecay"),
                (new() { MaxGradNorm = 0 }, "MaxGradNorm"),
                (new() { MaxTextLength = 0 }, "MaxTextLength"),
                (new() { Seed = -1 }, "Seed"),
                (new() { SaveEvery = 0 }, "SaveEvery"),
                (new() { EvaluateEvery = 0 }, "EvaluateEvery"),
                (new() { MaxSteps = 0 }, "MaxSteps"),
                (new() { Behaviour = (Behaviour)9 }, "Behaviour"),
            }
        )
        {
            Assert.StartsWith($"The training setting {name} is ", Assert.Throws<UserException>(settings.Validate).Message);
        }

        Assert.Equal(new TrainSettings(), new TrainSettings().Validate());
        Assert.Throws<UserException>(() => TrainingPlan.MaxSteps(0, new()));
    }
}
