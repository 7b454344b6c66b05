using System.Collections.Immutable;
using SVco.Core.Fields;

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

/// <summary>When several processes that train together add up their gradients.</summary>
public enum Summation
{
    /// <summary>After each of their micro batches: so many processes, the bits of one.</summary>
    Exact,

    /// <summary>Once a step, each its own first: less is sent, and the last bits depend on how many they are.</summary>
    Fast,
}

// What each setting means stands in its attribute.
#pragma warning disable CS1591

/// <summary>How a model is trained. The defaults are the paper's settings for S-VCO on MVC (arXiv 2502.13928).</summary>
public sealed record TrainSettings
{
    [Field("The highest learning rate.", Above = 0)]
    public double LearningRate { get; init; } = 1e-6;

    [Field("The share of all steps in which the learning rate rises.", From = 0, To = 1)]
    public double WarmupRatio { get; init; } = 0.05;

    [Field("The shape of the learning rate after warm-up.")]
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    [Field("Passes over the training pairs.", From = 1)]
    public int Epochs { get; init; } = 1;

    [Field("Stop after so many steps, also in the midst of an epoch.", From = 1, Unit = "steps")]
    public int? MaxSteps { get; init; }

    [Field("Pairs scored together (a micro batch).", From = 1, Unit = "pairs")]
    public int BatchSize { get; init; } = 1;

    [Field("Micro batches in a step; the paper's 8 GPUs x 4.", From = 1, Unit = "micro batches")]
    public int Accumulation { get; init; } = 32;

    [Field(
        "When several processes add up their gradients: exact after each of their micro batches, for the bits of one process, or fast, once a step."
    )]
    public Summation Summation { get; init; } = Summation.Exact;

    [Field("AdamW's decay of the first moment.", From = 0, Below = 1, Option = "adam-beta1")]
    public double Beta1 { get; init; } = 0.9;

    [Field("AdamW's decay of the second moment.", From = 0, Below = 1, Option = "adam-beta2")]
    public double Beta2 { get; init; } = 0.95;

    [Field("AdamW's epsilon.", Above = 0, Option = "adam-epsilon")]
    public double Epsilon { get; init; } = 1e-8;

    [Field("Decoupled weight decay.", From = 0)]
    public double WeightDecay { get; init; } = 0.02;

    [Field("Gradients are scaled down to this joint L2 norm.", Above = 0)]
    public double MaxGradientNorm { get; init; } = 1;

    [Field("The most text tokens of a row, an image counting as one; what is longer is cut on the right.", From = 1, Unit = "tokens")]
    public int MaxTextLength { get; init; } = 128;

    [Field("The seed of the order of the pairs (epoch e uses seed + e) and of new adapters.", From = 0)]
    public int Seed { get; init; } = 42;

    [Field("Steps between two states to go on from; the newest is kept.", From = 1, Unit = "steps", IsMachineSetting = true)]
    public int SaveEvery { get; init; } = 31;

    [Field(
        "Steps between two checkpoints that are kept in kept/, to choose from afterwards (svco eval --checkpoints); each is as large as the finished one.",
        From = 1,
        Unit = "steps",
        IsMachineSetting = true
    )]
    public int? KeepEvery { get; init; }

    [Field("Steps between two looks at the validation pairs.", From = 1, Unit = "steps")]
    public int EvaluateEvery { get; init; } = 31;

    [Field("Equal to the official code, or corrected.")]
    public Behaviour Behaviour { get; init; } = Behaviour.Official;

    static readonly ImmutableArray<Field> Fields = Field.AllOf(typeof(TrainSettings));

    /// <summary>These settings when each makes sense.</summary>
    /// <exception cref="UserException">One does not; the message names it.</exception>
    public TrainSettings Validated()
    {
        foreach (var field in Fields)
        {
            field.CheckIn(this, $"The training setting {field.Property}");
        }

        return this;
    }
}
