using SVco.Core.Training;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

public class OptimizerTests
{
    static readonly TrainSettings Settings = new() { WeightDecay = 0, MaxGradientNorm = 1 };

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_gradient_that_is_not_finite_updates_nothing_and_is_cleared(float gradient)
    {
        using var scope = NewDisposeScope();
        var parameter = ones(2).requires_grad_();
        using var optimizer = new Optimizer([new NamedTensor("w", parameter)], _ => false, Settings);
        parameter.grad = tensor(new[] { 1f, gradient });

        Assert.False(double.IsFinite(optimizer.Update(0.1)));

        Assert.Equal([1f, 1f], parameter.detach().data<float>().ToArray());
        Assert.Equal(0, optimizer.Steps);
        Assert.Null(parameter.grad);
    }

    [Fact]
    public void Only_what_requires_gradients_is_updated_by_the_sum_of_all_micro_batches()
    {
        using var scope = NewDisposeScope();
        var (trained, frozen) = (ones(1).requires_grad_(), ones(1));
        NamedTensor[] parameters = [new("trained", trained), new("frozen", frozen)];
        using var optimizer = new Optimizer(parameters, _ => false, Settings);
        trained.grad = tensor(new[] { 2f });
        optimizer.AddGradients();
        Assert.Null(trained.grad);
        trained.grad = tensor(new[] { 4f });

        Assert.Equal(6, optimizer.Update(0.1), 1e-6);

        // Adam's first step is the rate, against the gradient.
        Assert.Equal(0.9, trained.item<float>(), 1e-6);
        Assert.Equal(1, frozen.item<float>());
        Assert.Equal(1, optimizer.Steps);
        Assert.Null(trained.grad);
        Assert.Equal(["trained"], optimizer.Trainable.Select(parameter => parameter.Name));
    }
}
