using SVco.Core.Training;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

public class AdamWTests
{
    /// <summary>A multiply-add of one may round once where the other rounds twice.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void One_pass_over_memory_is_the_same_update_as_the_tensor_operations(ScalarType gradientType)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        // More than two pieces and an end that fills no vector.
        const int count = 70003;
        Tensor[] one = [randn(count), randn(count) * 0.1, rand(count) * 0.1];
        Tensor[] other = [.. one.Select(tensor => tensor.clone())];
        var gradient = randn(count).to(gradientType);
        var update = new AdamWUpdate(0.9, 0.95, 1e-8, 0.999, 1e-2, 0.7, 0.3);
        update.Apply(one[0], gradient, one[1], one[2]);
        update.ByTensors(other[0], gradient.to(float32), other[1], other[2]);
        foreach (var (a, b) in one.Zip(other))
        {
            Assert.InRange((a - b).abs().max().item<float>(), 0, 1e-6);
        }
    }

    [Fact]
    public void Updates_too_small_for_a_16_bit_parameter_add_up_in_its_master_weights()
    {
        using var scope = NewDisposeScope();
        using var parameter = ones(4, ScalarType.BFloat16).requires_grad_();
        using var optimizer = new AdamW([new NamedTensor("weight", parameter)], _ => false, new TrainSettings());
        for (var step = 0; step < 100; step++)
        {
            optimizer.Step([ones(4, ScalarType.BFloat16)], 1e-4);
        }

        // Each update is the rate; below 1 the next bf16 number is 2^-8 = 0.0039 away.
        var master = optimizer.State.Single(moment => moment.Name == "master.weight").Value;
        Assert.Equal(0.99, master[0].item<float>(), 1e-4);
        Assert.Equal(0.98828125, parameter.to(float32)[0].item<float>());
    }

    [Fact]
    public void The_factor_brings_the_joint_norm_to_the_limit_and_never_enlarges()
    {
        using var scope = NewDisposeScope();
        double[] norms = [.. new[] { tensor(new[] { 2f, 3f }), tensor(new[] { 6f }) }.SelectMany(GradientClipping.Norms)];
        Assert.Equal(1, GradientClipping.Of(norms, 10).Factor);
        var (norm, factor) = GradientClipping.Of(norms, 3.5);
        // The gradients' own norms are rounded to fp32.
        Assert.Equal(7, norm, 1e-6);
        Assert.Equal(0.5, factor, 1e-6);
    }
}
