using SVco.Core;
using SVco.Core.Objectives;
using TorchSharp;
using static SVco.Training.Tests.TrainerCase;

namespace SVco.Training.Tests;

public class TrainerTests
{
    /// <summary>The process was killed after the step's state was saved and before its validation was written.</summary>
    [Fact]
    public void A_validation_that_a_kill_has_prevented_is_made_when_the_run_goes_on()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        var job = Job(random);
        using var trainer = Start(random, job);
        var second = trainer.Run(default).OfType<TrainingEvent.Stepped>().ElementAt(1);
        Assert.Equal(2, second.Step);
        Assert.Equal(2, Assert.IsType<TrainingEvent.Evaluated>(trainer.Run(default, evaluated: false).First()).Step);
        Assert.Equal(3, Assert.IsType<TrainingEvent.Stepped>(trainer.Run(default, evaluated: true).First()).Step);
        // After the third none is due.
        Assert.Equal(4, Assert.IsType<TrainingEvent.Stepped>(trainer.Run(default, evaluated: false).First()).Step);
        Assert.IsType<TrainingEvent.Evaluated>(trainer.Run(default).Last());
        Assert.IsType<TrainingEvent.Evaluated>(Assert.Single(trainer.Run(default, evaluated: false)));
        Assert.Empty(trainer.Run(default));
    }

    [Fact]
    public void A_validation_ends_between_two_batches_when_it_is_asked_to()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        using var stop = new CancellationTokenSource();
        using var trainer = Start(random, Job(random));
        var events = new List<TrainingEvent>();
        foreach (var next in trainer.Run(stop.Token))
        {
            events.Add(next);
            if (next is TrainingEvent.Stepped { Step: 2 })
            {
                stop.Cancel();
            }
        }

        Assert.Equal(3, events.Count);
        Assert.Equal(new TrainingEvent.Interrupted(2), events[^1]);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.3, true)]
    [InlineData(0.3, false)]
    public void What_is_scored_before_the_first_step_with_a_learning_rate_is_called_the_reference(double warmup, bool needsReference)
    {
        using var scope = torch.NewDisposeScope();
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        var job = Job(random);
        job = job with
        {
            Objective = needsReference ? job.Objective : job.Objective.ReferenceFree(),
            Settings = job.Settings with { WarmupRatio = warmup, EvaluateEvery = 1, MaxSteps = 4 },
        };
        using var trainer = Start(random, job);
        byte[] Weights() => [.. random.Model.Parameters.SelectMany(parameter => parameter.Value.detach().bytes.ToArray())];
        var (initial, isInitial) = (Weights(), true);
        foreach (var next in trainer.Run(default))
        {
            Assert.Equal(
                isInitial && needsReference,
                next is TrainingEvent.Stepped step ? step.IsReference : ((TrainingEvent.Evaluated)next).IsReference
            );
            isInitial = Weights().SequenceEqual(initial);
        }

        Assert.False(isInitial);
    }

    /// <summary>A loss may be finite in double while its weights overflow the model's fp32.</summary>
    [Theory]
    [InlineData("1e300*(r.W.Match)", "the gradient is")]
    [InlineData("pi.W.Match/(length.W - length.W)", "the loss is")]
    public void What_is_not_finite_is_told_with_the_pairs_of_its_step_and_changes_nothing(string objective, string what)
    {
        using var scope = torch.NewDisposeScope();
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        var job = Job(random) with { Objective = Objective.Parse(objective) };
        using var trainer = Start(random, job);
        byte[] Weights() => [.. random.Model.Parameters.SelectMany(parameter => parameter.Value.detach().bytes.ToArray())];
        var before = Weights();

        var error = Assert.Throws<UserException>(() => trainer.Run(default).Count());

        Assert.StartsWith("Step 1 of ", error.Message);
        Assert.Contains(what, error.Message);
        Assert.Matches(@"Look at the pairs [0-9]+, [0-9]+,", error.Message);
        Assert.Equal(before, Weights());
        Assert.Equal(0, trainer.Optimizer.Steps);
    }
}
