namespace SVco.Core.Training;

/// <summary>The learning rate of each step, as the HuggingFace Trainer computes it.</summary>
public static class LearningRate
{
    /// <summary>The rate used in a step.</summary>
    /// <param name="settings">Peak, warm-up share, shape and behaviour.</param>
    /// <param name="step">The steps made before this one.</param>
    /// <param name="steps">All steps of the run.</param>
    public static double At(TrainSettings settings, int step, int steps)
    {
        var warmup = (int)Math.Ceiling(steps * settings.WarmupRatio);
        // Officially the first step of the warm-up has rate 0 and changes nothing.
        var offset = settings.Behaviour == Behaviour.Official ? 0 : 1;
        var progress = (step - warmup) / (double)Math.Max(1, steps - warmup);
        return settings.LearningRate
            * (settings.Schedule, step < warmup) switch
            {
                (_, true) => (step + offset) / (double)(warmup + offset),
                (Schedule.Cosine, _) => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
                (Schedule.Linear, _) => Math.Max(0, 1 - progress),
                _ => 1,
            };
    }
}
