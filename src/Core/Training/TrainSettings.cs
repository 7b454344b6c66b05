namespace SVco.Core.Training;

/// <summary>The shape of the learning rate after warm-up.</summary>
public enum Schedule
{
    /// <summary>Half a cosine down to 0.</summary>
    Cosine,

    /// <summary>A line down to 0.</summary>
    Linear,

    /// <summary>No change.</summary>
    Constant,
}

/// <summary>How a model is trained. The defaults are the paper's settings for S-VCO on MVC (arXiv 2502.13928).</summary>
public sealed record TrainSettings
{
    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-6;

    /// <summary>The share of all steps in which the rate rises.</summary>
    public double WarmupRatio { get; init; } = 0.05;

    /// <summary>The shape of the rate after warm-up.</summary>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>Passes over the training pairs.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Stops after this many steps; null runs all epochs.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Pairs scored together (a micro batch).</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Micro batches in a step; the paper's 8 GPUs x 4.</summary>
    public int Accumulation { get; init; } = 32;

    /// <summary>AdamW's decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>AdamW's epsilon.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay; which parameters get it is said by the model.</summary>
    public double WeightDecay { get; init; } = 0.02;

    /// <summary>Gradients are scaled down to this joint L2 norm.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>The most text tokens of a row, an image counting as one; what is longer is cut on the right.</summary>
    public int MaxTextLength { get; init; } = 128;

    /// <summary>The seed of the order of the pairs; epoch e uses seed + e.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Steps between two checkpoints.</summary>
    public int SaveEvery { get; init; } = 31;

    /// <summary>Steps between two looks at the validation pairs.</summary>
    public int EvaluateEvery { get; init; } = 31;

    /// <summary>Equal to the official code, or corrected.</summary>
    public Behaviour Behaviour { get; init; } = Behaviour.Official;

    /// <summary>These settings when each makes sense.</summary>
    /// <exception cref="UserException">One does not; the message names it.</exception>
    public TrainSettings Validated()
    {
        Check(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "above 0");
        Check(WarmupRatio is >= 0 and <= 1, nameof(WarmupRatio), WarmupRatio, "from 0 to 1");
        Check(Epochs > 0, nameof(Epochs), Epochs, "at least 1");
        Check(MaxSteps is null or > 0, nameof(MaxSteps), MaxSteps ?? 0, "at least 1");
        Check(BatchSize > 0, nameof(BatchSize), BatchSize, "at least 1");
        Check(Accumulation > 0, nameof(Accumulation), Accumulation, "at least 1");
        Check(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "from 0 to below 1");
        Check(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "from 0 to below 1");
        Check(Epsilon > 0, nameof(Epsilon), Epsilon, "above 0");
        Check(WeightDecay >= 0, nameof(WeightDecay), WeightDecay, "at least 0");
        Check(MaxGradientNorm > 0, nameof(MaxGradientNorm), MaxGradientNorm, "above 0");
        Check(MaxTextLength > 0, nameof(MaxTextLength), MaxTextLength, "at least 1");
        Check(Seed >= 0, nameof(Seed), Seed, "at least 0");
        Check(SaveEvery > 0, nameof(SaveEvery), SaveEvery, "at least 1");
        Check(EvaluateEvery > 0, nameof(EvaluateEvery), EvaluateEvery, "at least 1");
        return this;
    }

    static void Check(bool sensible, string setting, double value, string range)
    {
        if (!sensible)
        {
            throw new UserException(FormattableString.Invariant($"The training setting {setting} is {value}; it must be {range}."));
        }
    }
}
