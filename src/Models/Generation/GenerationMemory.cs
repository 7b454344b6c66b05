using SVco.Core;
using static TorchSharp.torch;

namespace SVco.Models.Generation;

/// <summary>The peak memory of generating in bytes, without the program itself, known before anything is loaded.</summary>
/// <param name="Weights">The parameters; exact.</param>
/// <param name="Cache">Keys and values of as many tokens as the budget allows, and one layer's once more while they are laid out anew.</param>
/// <param name="Prompts">What a layer needs on top while it reads prompts, and the logits of all rows.</param>
/// <param name="Vision">What the tower needs for the images of the prompts that are read together; over before the decoder begins.</param>
public sealed record GenerationMemory(long Weights, long Cache, long Prompts, long Vision)
{
    /// <summary>The peak.</summary>
    public long Total => Weights + Cache + Math.Max(Prompts, Vision);

    /// <summary>The estimate.</summary>
    /// <param name="config">The model.</param>
    /// <param name="type">The float type of language model and projector.</param>
    /// <param name="visionType">The float type of the vision tower.</param>
    /// <param name="limits">How much at a time.</param>
    public static GenerationMemory Of(ModelConfig config, ScalarType type, ScalarType visionType, GenerationLimits limits)
    {
        var token = BytesOfToken(config, type);
        var (text, image) = (config.Text, config.UsualImageTokens);
        var vision = config.VisionOf(config.UsualImage);
        // A layer's tensors are freed when it is done: two norms, queries and keys with their rotations, attention's result, the inner ones.
        var layer =
            12L * text.HiddenSize + 10L * text.Heads * text.HeadSize + 6L * text.KeyValueHeads * text.HeadSize + 4L * text.IntermediateSize;
        var tower = vision.Tokens * (7L * vision.HiddenSize + 2L * vision.IntermediateSize) * BytesOf(visionType) + 4L * vision.Inputs;
        return new(
            VisionLanguageModel
                .ParameterShapes(config)
                .Sum(shape => shape.Count * BytesOf(shape.Part == Part.VisionTower ? visionType : type)),
            limits.TokenBudget * token + limits.TokenBudget * token / text.Layers,
            limits.PromptTokens * layer * BytesOf(type) + 2L * limits.Rows * text.VocabularySize * BytesOf(ScalarType.Float32),
            Math.Max(1, limits.PromptTokens / image) * tower
        );
    }

    /// <summary>The keys and values of a token in all layers.</summary>
    public static long BytesOfToken(ModelConfig config, ScalarType type) =>
        2L * config.Text.Layers * config.Text.KeyValueHeads * config.Text.HeadSize * BytesOf(type);

    /// <summary>The limits with the largest token budget that fits in, up to the one they have.</summary>
    /// <param name="config">The model.</param>
    /// <param name="type">The float type of language model and projector.</param>
    /// <param name="visionType">The float type of the vision tower.</param>
    /// <param name="limits">How much at a time at most.</param>
    /// <param name="bytes">What generating may take besides the program and the weights.</param>
    /// <exception cref="UserException">There is not enough for a single usual prompt.</exception>
    public static GenerationLimits Within(ModelConfig config, ScalarType type, ScalarType visionType, GenerationLimits limits, long bytes)
    {
        var nothing = Of(config, type, visionType, limits with { TokenBudget = 0 });
        var token = BytesOfToken(config, type);
        var fitting = (bytes - Math.Max(nothing.Prompts, nothing.Vision)) / (token + token / config.Text.Layers);
        var least = 2L * config.UsualImageTokens;
        return fitting >= least
            ? limits with
            {
                TokenBudget = Math.Min(limits.TokenBudget, fitting),
            }
            : throw new UserException(
                $"Writing answers needs {(nothing.Total - nothing.Weights + least * token) >> 20} MiB beside the weights, and {Math.Max(0, bytes) >> 20} MiB are left. "
                    + "Load the model in 16 bits, or end other programs."
            );
    }

    static long BytesOf(ScalarType type) =>
        type switch
        {
            ScalarType.Float64 => 8,
            ScalarType.Float32 => 4,
            _ => 2,
        };
}
