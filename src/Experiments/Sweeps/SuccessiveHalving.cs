using System.Collections.Immutable;

namespace SVco.Experiments;

/// <summary>
/// Successive halving (Jamieson and Talwalkar 2016): all points train for a few steps, the best share goes on for more, and so on until the
/// whole run. A run that goes on does so from its saved state, on the whole run's schedule of the learning rate.
/// </summary>
/// <param name="MinSteps">Steps of the first rung.</param>
/// <param name="Factor">One of so many points goes on to the next rung, which has so many times the steps; at least 2.</param>
public sealed record SuccessiveHalving(int MinSteps, int Factor)
{
    /// <summary>The steps after which each rung ends, the whole run's last.</summary>
    /// <param name="maxSteps">The whole run's.</param>
    public ImmutableArray<int> Rungs(int maxSteps)
    {
        var rungs = ImmutableArray.CreateBuilder<int>();
        for (long steps = MinSteps; steps < maxSteps; steps *= Factor)
        {
            rungs.Add((int)steps);
        }

        rungs.Add(maxSteps);
        return rungs.ToImmutable();
    }

    /// <summary>How many of the points of a rung go on to the next.</summary>
    public int Promoted(int points) => Math.Max(1, points / Factor);
}
