using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>Assertions on tensors.</summary>
static class Near
{
    /// <summary>Every entry differs by at most the tolerance (absolute); NaN is never near.</summary>
    public static void Equal(Tensor expected, Tensor actual, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        Assert.True(
            expected.shape.SequenceEqual(actual.shape),
            $"{what}: shape [{string.Join(",", actual.shape)}], expected [{string.Join(",", expected.shape)}]"
        );
        var difference = Largest(expected, actual);
        Assert.True(difference <= tolerance, $"{what}: differs by {difference:g3}, allowed are {tolerance:g3}");
    }

    /// <summary>The largest absolute difference.</summary>
    public static double Largest(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        return expected.NumberOfElements == 0
            ? 0
            : (expected.to(ScalarType.Float64) - actual.detach().to(ScalarType.Float64)).abs().max().item<double>();
    }
}
