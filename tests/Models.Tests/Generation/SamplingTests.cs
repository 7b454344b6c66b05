using FsCheck.Xunit;
using SVco.Models.Generation;

namespace SVco.Models.Tests;

public sealed class SamplingTests
{
    [Property]
    public bool Tokens_are_drawn_as_often_as_they_are_likely(int seed)
    {
        var random = new Random(seed);
        float[] logits = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (float)(random.NextDouble() * 6))];
        var (temperature, topP) = (0.2 + random.NextDouble() * 2, random.Next(3) == 0 ? 1 : 0.05 + 0.9 * random.NextDouble());
        const int points = 4000;

        var drawn = Enumerable
            .Range(0, points)
            .Select(i => new Sampling(temperature, topP).TokenAt(logits, (i + 0.5) / points))
            .CountBy(token => token)
            .ToDictionary();

        // The fewest most likely ones that reach the probability, by their definition.
        var weights = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        var likely = weights.Index().OrderByDescending(token => token.Item).ThenBy(token => token.Index).ToArray();
        var kept = Enumerable
            .Range(1, likely.Length)
            .First(count => likely.Take(count).Sum(token => token.Item) >= topP * weights.Sum() - 1e-12);
        var sum = likely.Take(kept).Sum(token => token.Item);
        return drawn.Keys.All(token => likely.Take(kept).Any(one => one.Index == token))
            && likely.Take(kept).All(token => Math.Abs(drawn.GetValueOrDefault(token.Index) - points * token.Item / sum) <= 1.001);
    }

    [Fact]
    public void No_temperature_and_no_probability_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampling(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampling(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampling(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampling(1, 1.1));
    }
}
