using System.Globalization;
using System.Text.Json;
using SVco.Core.Training;
using SVco.Tests;

namespace SVco.Core.Tests;

/// <summary>golden/svco/*/trajectory.json: what the official trainer did when, from its arguments alone.</summary>
public class TrajectoryTests
{
    static IEnumerable<(string Folder, JsonElement Golden, TrainSettings Settings, int Examples)> Runs()
    {
        foreach (var folder in Golden.Folders("svco").Where(folder => File.Exists(Path.Combine(folder, "trajectory.json"))))
        {
            var golden = Golden.Json(Path.Combine(folder, "trajectory.json"));
            string Argument(string name) => golden.GetProperty("arguments").GetProperty(name).GetString()!;
            int Whole(string name) => int.Parse(Argument(name), CultureInfo.InvariantCulture);
            double Number(string name) => double.Parse(Argument(name), CultureInfo.InvariantCulture);
            var settings = new TrainSettings
            {
                LearningRate = Number("learning_rate"),
                WarmupRatio = Number("warmup_ratio"),
                Schedule = Enum.Parse<Schedule>(Argument("lr_scheduler_type").Split('_')[0], ignoreCase: true),
                Epochs = Whole("num_train_epochs"),
                BatchSize = Whole("per_device_train_batch_size"),
                Accumulation = Whole("gradient_accumulation_steps"),
                WeightDecay = Number("weight_decay"),
                MaxTextLength = Whole("model_max_length"),
                Seed = Whole("seed"),
            };
            var examples = Golden.Json(Golden.PathOf("svco", golden.GetProperty("train_file").GetString()!)).GetArrayLength();
            yield return (folder, golden, settings, examples);
        }
    }

    [Fact]
    public void The_run_has_the_official_number_of_steps()
    {
        foreach (var (_, golden, settings, examples) in Runs())
        {
            Assert.Equal(golden.GetProperty("max_steps").GetInt32(), TrainingPlan.MaxSteps(examples, settings));
        }
    }

    [Fact]
    public void Every_step_sees_the_official_micro_batches()
    {
        foreach (var (_, golden, settings, examples) in Runs())
        {
            var windows = TrainingPlan.Windows(examples, settings, epoch => EpochOrder.Of(examples, settings.Seed, epoch)).ToList();
            Assert.Equal(
                golden
                    .GetProperty("micro")
                    .EnumerateArray()
                    .Select(micro => micro.GetProperty("examples").EnumerateArray().Select(index => index.GetInt32())),
                windows.SelectMany(window => window.MicroBatches).Select(microBatch => microBatch.AsEnumerable())
            );

            var soFar = 0;
            Assert.Equal(
                golden
                    .GetProperty("steps")
                    .EnumerateArray()
                    .Select(step => (step.GetProperty("step").GetInt32(), step.GetProperty("micro_batches_so_far").GetInt32())),
                windows.Select(window => (window.Step, soFar += window.MicroBatches.Length))
            );

            // Fractions of whole numbers, so equal to the last place or nearly.
            foreach (var entry in golden.GetProperty("log_history").EnumerateArray())
            {
                Assert.Equal(entry.GetProperty("epoch").GetDouble(), windows[entry.GetProperty("step").GetInt32() - 1].EpochsDone, 1e-12);
            }
        }
    }

    [Fact]
    public void Every_step_has_the_official_learning_rate()
    {
        foreach (var (_, golden, settings, examples) in Runs())
        {
            var maxSteps = TrainingPlan.MaxSteps(examples, settings);
            foreach (var step in golden.GetProperty("steps").EnumerateArray())
            {
                // float64 on both sides; the cosine of two libraries may differ in the last place.
                var used = LearningRate.At(settings, step.GetProperty("step").GetInt32() - 1, maxSteps);
                Assert.All(
                    GoldenTables.Numbers(step.GetProperty("lr_used")),
                    rate => Assert.True(used.IsCloseTo(rate), $"{used} is not {rate}")
                );
            }
        }
    }

    [Fact]
    public void Weight_decay_applies_to_the_official_parameters()
    {
        foreach (var (_, golden, settings, _) in Runs())
        {
            var checkpoint = golden.GetProperty("arguments").GetProperty("model_name_or_path").GetString()!;
            var type = Golden
                .Json(Golden.PathOf("svco", checkpoint, "config.json"))
                .GetProperty("text_config")
                .GetProperty("model_type")
                .GetString()!;
            foreach (var group in golden.GetProperty("optimizer").GetProperty("groups").EnumerateArray())
            {
                var decays = group.GetProperty("weight_decay").GetDouble() > 0;
                Assert.All(
                    group.GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetString()!),
                    parameter =>
                        Assert.True(
                            ParameterGroups.GetsWeightDecay(parameter, type, Behaviour.Official) == decays,
                            $"{parameter} of {type}"
                        )
                );
                Assert.Equal([settings.Betas.First, settings.Betas.Second], GoldenTables.Numbers(group.GetProperty("betas")));
                Assert.Equal(settings.Epsilon, group.GetProperty("eps").GetDouble());
            }
        }
    }
}
