namespace SVco.Core.Training;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum Schedule
{
    /// <summary>Half a cosine down to 0.</summary>
    Cosine,

    /// <summary>A straight line down to 0.</summary>
    Linear,

    /// <summary>Not at all.</summary>
    Constant,
}

/// <summary>The settings of a run; the defaults are the paper's (8 GPUs x 1 pair x accumulation 4 on one device).</summary>
public sealed record TrainSettings
{
    /// <summary>The peak learning rate.</summary>
    public double LearningRate { get; init; } = 1e-6;

    /// <summary>The share of all steps in which the learning rate rises, 0 to 1.</summary>
    public double WarmupRatio { get; init; } = 0.05;

    /// <summary>How the learning rate falls after the warm-up.</summary>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>How often the training data are gone through.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Pairs in a micro batch.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Micro batches in a step.</summary>
    public int Accumulation { get; init; } = 32;

    /// <summary>AdamW's decay rates of the first and second moment.</summary>
    public (double First, double Second) Betas { get; init; } = (0.9, 0.95);

    /// <summary>AdamW's epsilon.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>AdamW's weight decay on the parameters of <see cref="ParameterGroups"/>.</summary>
    public double WeightDecay { get; init; } = 0.02;

    /// <summary>The norm to which longer gradients are cut.</summary>
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>The number of text tokens after which a conversation is cut; an image counts as one.</summary>
    public int MaxTextLength { get; init; } = 128;

    /// <summary>The seed of the epochs' orders.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Steps between two checkpoints.</summary>
    public int SaveEvery { get; init; } = 31;

    /// <summary>Steps between two evaluations on the validation data.</summary>
    public int EvaluateEvery { get; init; } = 31;

    /// <summary>A number of steps that overrides the epochs; null trains for the epochs.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>The official way or the careful one.</summary>
    public Behaviour Behaviour { get; init; } = Behaviour.Official;

    /// <summary>These settings, checked.</summary>
    /// <exception cref="UserException">A setting is out of its range; the message names it, its value and the range.</exception>
    public TrainSettings Validate()
    {
        Range(nameof(LearningRate), LearningRate, LearningRate > 0 && double.IsFinite(LearningRate), "above 0");
        Range(nameof(WarmupRatio), WarmupRatio, WarmupRatio is >= 0 and <= 1, "from 0 to 1");
        Range(nameof(Schedule), Schedule, Enum.IsDefined(Schedule), string.Join(", ", Enum.GetNames<Schedule>()));
        Range(nameof(Epochs), Epochs, Epochs >= 1, "at least 1");
        Range(nameof(BatchSize), BatchSize, BatchSize >= 1, "at least 1");
        Range(nameof(Accumulation), Accumulation, Accumulation >= 1, "at least 1");
        Range(nameof(Betas), Betas, Betas is { First: >= 0 and < 1, Second: >= 0 and < 1 }, "two numbers from 0 to below 1");
        Range(nameof(Epsilon), Epsilon, Epsilon > 0 && double.IsFinite(Epsilon), "above 0");
        Range(nameof(WeightDecay), WeightDecay, WeightDecay >= 0 && double.IsFinite(WeightDecay), "at least 0");
        Range(nameof(MaxGradNorm), MaxGradNorm, MaxGradNorm > 0, "above 0");
        Range(nameof(MaxTextLength), MaxTextLength, MaxTextLength >= 1, "at least 1");
        Range(nameof(Seed), Seed, Seed >= 0, "at least 0");
        Range(nameof(SaveEvery), SaveEvery, SaveEvery >= 1, "at least 1");
        Range(nameof(EvaluateEvery), EvaluateEvery, EvaluateEvery >= 1, "at least 1");
        Range(nameof(MaxSteps), MaxSteps, MaxSteps is null or >= 1, "at least 1, or left out to train for the epochs");
        Range(nameof(Behaviour), Behaviour, Enum.IsDefined(Behaviour), string.Join(", ", Enum.GetNames<Behaviour>()));
        return this;
    }

    static void Range<T>(string setting, T value, bool holds, string range)
    {
        if (!holds)
        {
            throw new UserException(FormattableString.Invariant($"The training setting {setting} is {value}; it must be {range}."));
        }
    }
}
