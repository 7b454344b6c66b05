using SVco.Core;
using SVco.Models.Generation;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

public sealed class GenerationMemoryTests
{
    const ScalarType Half = ScalarType.BFloat16;

    [Fact]
    public void A_token_takes_a_key_and_a_value_in_every_layer()
    {
        // 2 layers of 2 key heads of 4 numbers.
        Assert.Equal(2 * 2 * 2 * 4 * 4, GenerationMemory.BytesOfToken(Small.Config, ScalarType.Float32));
        Assert.Equal(2 * 2 * 2 * 4 * 2, GenerationMemory.BytesOfToken(Small.Config, Half));
    }

    [Fact]
    public void The_budget_is_as_large_as_the_memory_lets_it_be_and_no_larger_than_wanted()
    {
        var limits = new GenerationLimits();
        foreach (var bytes in new long[] { 1 << 20, 1 << 21, 1 << 24, 1L << 40 })
        {
            var fitting = GenerationMemory.Within(Small.Config, Half, Half, limits with { PromptTokens = 16 }, bytes);
            var estimate = GenerationMemory.Of(Small.Config, Half, Half, fitting);
            var larger = GenerationMemory.Of(Small.Config, Half, Half, fitting with { TokenBudget = fitting.TokenBudget + 1 });
            Assert.True(estimate.Total - estimate.Weights <= bytes);
            Assert.True(fitting.TokenBudget == limits.TokenBudget || larger.Total - larger.Weights > bytes);
        }

        var error = Assert.Throws<UserException>(() => GenerationMemory.Within(Small.Config, Half, Half, limits, 0));
        Assert.Contains("0 MiB are left", error.Message);
    }
}
