using System.Diagnostics;

namespace SVco.Core.Training;

/// <summary>The learning rate of every step.</summary>
public static class LearningRate
{
    /// <summary>The number of warm-up steps: ceil(steps * ratio).</summary>
    public static int WarmupSteps(TrainSettings settings, int maxSteps) => (int)Math.Ceiling(maxSteps * settings.WarmupRatio);

    /// <summary>
    /// The learning rate used in the step after <paramref name="completed"/> steps. In the warm-up it is completed / warm-up of the peak, so
    /// that the first step changes nothing (<see cref="Behaviour.Official"/>, as transformers does it; golden/svco), or (completed + 1) /
    /// warm-up, so that no step is wasted (<see cref="Behaviour.Corrected"/>).
    /// </summary>
    /// <param name="settings">Peak, warm-up, schedule and behaviour.</param>
    /// <param name="completed">Steps done before, from 0.</param>
    /// <param name="maxSteps">The run's number of steps.</param>
    public static double At(TrainSettings settings, int completed, int maxSteps) =>
        settings.LearningRate * Factor(settings, completed, maxSteps);

    static double Factor(TrainSettings settings, int completed, int maxSteps)
    {
        var warmup = WarmupSteps(settings, maxSteps);
        if (completed < warmup)
        {
            return (completed + (settings.Behaviour == Behaviour.Official ? 0.0 : 1.0)) / warmup;
        }

        var progress = (double)(completed - warmup) / Math.Max(1, maxSteps - warmup);
        return settings.Schedule switch
        {
            Schedule.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
            Schedule.Linear => Math.Max(0, 1 - progress),
            Schedule.Constant => 1,
            _ => throw new UnreachableException(),
        };
    }
}
