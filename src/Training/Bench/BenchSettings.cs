using SVco.Core.Objectives;
using SVco.Models;
using SVco.Models.Lora;
using static TorchSharp.torch;

namespace SVco.Training.Bench;

/// <summary>How a bench step scores its pairs.</summary>
public enum BenchWay
{
    /// <summary>The official way: six padded sequences a pair, an encoding for each with an image, full logits, a second model as reference.</summary>
    Plain,

    /// <summary>The engine: <see cref="PackedScoring"/>; the reference is the model before training, scored once.</summary>
    Packed,
}

/// <summary>One measurement; the numbers that official_step.py has too have its names and defaults.</summary>
public sealed record BenchSettings
{
    /// <summary>A name of <see cref="BenchGeometry.Named"/> or the path of a config.json.</summary>
    public string Geometry { get; init; } = "mid";

    /// <summary>A model folder to load in place of random weights; empty for these.</summary>
    public string Checkpoint { get; init; } = "";

    /// <summary>How pairs are scored.</summary>
    public BenchWay Way { get; init; } = BenchWay.Packed;

    /// <summary>Pairs a step.</summary>
    public int Pairs { get; init; } = 1;

    /// <summary>Tokens of an image, a square number; 0 leaves the geometry's.</summary>
    public int ImageTokens { get; init; }

    /// <summary>Tokens of the query.</summary>
    public int Query { get; init; } = 32;

    /// <summary>Tokens of each response.</summary>
    public int Response { get; init; } = 32;

    /// <summary>Text tokens to which the plain way pads.</summary>
    public int Text { get; init; } = 128;

    /// <summary>Measured steps.</summary>
    public int Steps { get; init; } = 5;

    /// <summary>Whether a step before them is not measured.</summary>
    public bool WarmUp { get; init; } = true;

    /// <summary>Threads of the matrix products; 0 leaves the library's choice.</summary>
    public int Threads { get; init; }

    /// <summary>Whether the reference's log-probabilities are given instead of computed in the step.</summary>
    public bool ReferenceCached { get; init; }

    /// <summary>Whether the frozen tower's features are given instead of computed in the step.</summary>
    public bool FeaturesCached { get; init; }

    /// <summary>bf16 weights and matrix products instead of fp32.</summary>
    public bool Bf16 { get; init; }

    /// <summary><see cref="PackedScoring.MemorySmall"/> with <see cref="NativeHeap.ReturnFreedBlocks"/>.</summary>
    public bool MemorySmall { get; init; }

    /// <summary>Trains a LoRA of this rank on the decoder's linear maps; 0 trains the whole decoder and the projector.</summary>
    public int LoraRank { get; init; }

    // What follows from these numbers is not written into the argument of the measuring process.

    internal static Objective Objective { get; } = Objectives.SVco(0.1, 0.1);

    internal ScalarType Type => Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    internal LoraConfig? Lora(ModelConfig config) =>
        LoraRank > 0 ? LoraConfig.Outside(config, ~Part.LanguageModel, LoraRank, LoraRank, "all-linear") : null;

    internal PackedScoring Packed => new() { MemorySmall = MemorySmall };

    /// <summary>Whether the reference is a model of its own, as in the official code.</summary>
    internal bool HasSecondModel => Way == BenchWay.Plain && !ReferenceCached;

    /// <summary>How often the tower runs in a step.</summary>
    internal int VisionPasses =>
        FeaturesCached ? 0
        : HasSecondModel ? 2
        : 1;

    /// <summary>All but the vision tower.</summary>
    internal const Part Trained = Part.Projector | Part.LanguageModel;
}
