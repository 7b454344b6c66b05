using System.Collections.Immutable;
using SVco.Models;
using TorchSharp;

namespace SVco.Experiments;

/// <summary>The three parts of a LLaVA model.</summary>
[Flags]
public enum Part
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>The image encoder.</summary>
    VisionTower = 1,

    /// <summary>The two linear layers from image features to the language model.</summary>
    Projector = 2,

    /// <summary>The decoder with its embeddings and head.</summary>
    LanguageModel = 4,
}

/// <summary>How precisely weights are held and multiplied.</summary>
public enum Precision
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>
    /// 16 bits with the range of 32, half the memory. Norms, softmax and log-probabilities are computed in 32 bits; what is trained has
    /// 32-bit master weights in the optimiser, and adapters are held in 32 bits.
    /// </summary>
    BFloat16,
}

/// <summary>Low-rank adapters in place of full finetuning (arXiv 2106.09685); saved in PEFT's format.</summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">The update is scaled by alpha / r.</param>
/// <param name="Targets">Names of linear layers, such as q_proj.</param>
public sealed record Lora(int Rank, double Alpha, params string[] Targets);

/// <summary>A base model as an experiment names it.</summary>
/// <param name="Checkpoint">A HuggingFace folder, or a hub id such as <c>llava-hf/llava-1.5-7b-hf</c>.</param>
public sealed record ModelSpec(string Checkpoint)
{
    /// <summary>LLaVA-NeXT-Interleave with Qwen1.5 7B, the paper's LV-INT.</summary>
    public static ModelSpec LlavaInterleave7B { get; } = new("llava-hf/llava-interleave-qwen-7b-hf") { Tiny = "llava-interleave" };

    /// <summary>LLaVA-1.5 with Vicuna 7B, the paper's LV-1.5.</summary>
    public static ModelSpec Llava15_7B { get; } = new("llava-hf/llava-1.5-7b-hf") { Tiny = "llava-1.5" };

    /// <summary>The precision of the weights and matrix products of the language model and projector.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>The precision of the vision tower; null means the same as <see cref="Precision"/>.</summary>
    public Precision? VisionPrecision { get; init; }

    /// <summary>The parts that are not trained; the paper freezes the vision tower.</summary>
    public Part Frozen { get; init; } = Part.VisionTower;

    /// <summary>Adapters to train instead of the parts themselves.</summary>
    public Lora? Lora { get; init; }

    /// <summary>The name of the tiny bundled checkpoint of the same family; null when there is none.</summary>
    public string? Tiny { get; init; }

    static readonly ImmutableArray<(Part Part, string Prefix)> Prefixes =
    [
        (Part.VisionTower, "vision_tower."),
        (Part.Projector, "multi_modal_projector."),
        (Part.LanguageModel, "language_model."),
    ];

    internal LoadOptions LoadOptions(torch.Device device) =>
        new()
        {
            Device = device,
            Dtype = TypeOf(Precision),
            VisionDtype = VisionPrecision is { } vision ? TypeOf(vision) : null,
        };

    static torch.ScalarType TypeOf(Precision precision) =>
        precision == Precision.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>Whether a parameter is trained where there are no adapters, by its HuggingFace name.</summary>
    internal bool IsTrained(string parameter) => (PartOf(parameter) & Frozen) == 0;

    /// <summary>Which part a parameter belongs to, by its HuggingFace name.</summary>
    static Part PartOf(string parameter) => Prefixes.First(entry => parameter.StartsWith(entry.Prefix, StringComparison.Ordinal)).Part;

    /// <summary>How the HuggingFace names of some parts' parameters begin.</summary>
    internal static IEnumerable<string> PrefixesOf(Part parts) =>
        Prefixes.Where(entry => parts.HasFlag(entry.Part)).Select(entry => entry.Prefix);
}
