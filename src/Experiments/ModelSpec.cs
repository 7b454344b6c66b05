using System.Runtime.Serialization;
using SVco.Core.Fields;
using SVco.Models;
using TorchSharp;

namespace SVco.Experiments;

/// <summary>How precisely weights are held and multiplied.</summary>
public enum Precision
{
    /// <summary>32 bits.</summary>
    [EnumMember(Value = "fp32")]
    Float32,

    /// <summary>
    /// 16 bits with the range of 32, half the memory. Norms, softmax and log-probabilities are computed in 32 bits; what is trained has
    /// 32-bit master weights in the optimiser, and adapters are held in 32 bits.
    /// </summary>
    [EnumMember(Value = "bf16")]
    BFloat16,
}

// What each field means stands in its attribute.
#pragma warning disable CS1591

/// <summary>A base model as an experiment names it.</summary>
/// <param name="Checkpoint">A HuggingFace folder, or a hub id such as <c>llava-hf/llava-1.5-7b-hf</c>.</param>
public sealed record ModelSpec(
    [property: Field("A model folder in Hugging Face's format, or a hub id.", Option = "model", IsMachineSetting = true)] string Checkpoint
)
{
    /// <summary>LLaVA-NeXT-Interleave with Qwen1.5 7B, the paper's LV-INT.</summary>
    public static ModelSpec LlavaInterleave7B { get; } = new("llava-hf/llava-interleave-qwen-7b-hf");

    /// <summary>LLaVA-1.5 with Vicuna 7B, the paper's LV-1.5.</summary>
    public static ModelSpec Llava15_7B { get; } = new("llava-hf/llava-1.5-7b-hf");

    [Field("The precision of the weights and matrix products of language model and projector.")]
    public Precision Precision { get; init; } = Precision.Float32;

    [Field("The precision of the vision tower; the same as that of the rest when not given.")]
    public Precision? VisionPrecision { get; init; }

    [Field("The parts that are not trained; the paper freezes the vision tower.")]
    public Part Frozen { get; init; } = Part.VisionTower;

    /// <summary>Adapters to train instead of the parts themselves.</summary>
    public Lora? Lora { get; init; }

    internal LoadOptions LoadOptions(torch.Device device) =>
        new()
        {
            Device = device,
            Dtype = TypeOf(Precision),
            VisionDtype = VisionPrecision is { } vision ? TypeOf(vision) : null,
        };

    static torch.ScalarType TypeOf(Precision precision) =>
        precision == Precision.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>The parts that are trained where there are no adapters.</summary>
    internal Part Trained => ~Frozen & (Part.VisionTower | Part.Projector | Part.LanguageModel);
}
