using System.Globalization;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// The peak memory of a training step in bytes, estimated before anything is loaded. Weights, gradients and the optimiser's state are exact;
/// the others are the tensors that a step keeps, added up. There is no reference model: it is scored before training.
/// </summary>
/// <param name="Weights">Parameters, an adapter's included.</param>
/// <param name="Gradients">Of what is trained.</param>
/// <param name="OptimizerState">Two fp32 moments, and fp32 master weights of 16-bit parameters.</param>
/// <param name="Activations">What the layers keep for the backward pass.</param>
/// <param name="Working">What one layer and the output head need on top while they run.</param>
/// <param name="Vision">What the vision tower needs while it encodes; over before the decoder begins, unless it is trained.</param>
/// <param name="Images">Images that were prefetched.</param>
public sealed record MemoryEstimate(
    long Weights,
    long Gradients,
    long OptimizerState,
    long Activations,
    long Working,
    long Vision,
    long Images
)
{
    /// <summary>The program itself with libtorch, as measured on Linux with a very small model.</summary>
    public const long Program = 300L << 20;

    /// <summary>Weights, gradients and optimiser state: what any training of these parameters takes.</summary>
    public long Own => Weights + Gradients + OptimizerState;

    /// <summary>What is taken from the first step to the last.</summary>
    public long Lasting => Program + Own;

    /// <summary>The peak.</summary>
    public long Total => Lasting + Images + Math.Max(Activations + Working, Vision);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Gibibytes(Total)} GiB (weights {Gibibytes(Weights)}, gradients {Gibibytes(Gradients)}, optimiser {Gibibytes(OptimizerState)}, "
        + $"activations {Gibibytes(Activations)}, working memory {Gibibytes(Total - Lasting - Activations)}, program {Gibibytes(Program)})";

    /// <summary>With one digit after the point.</summary>
    public static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("f1", CultureInfo.InvariantCulture);

    /// <summary>The estimate of a run.</summary>
    public static MemoryEstimate Of(MemoryPlan plan)
    {
        var shapes = VisionLanguageModel.ParameterShapes(plan.Config);
        long Size(ParameterShape shape) => shape.Count * BytesOf(shape.Part == Part.VisionTower ? plan.VisionType : plan.Type);
        var adapted = shapes.Where(shape => plan.Lora is { } lora && shape.Map is { } map && lora.Targets(map, plan.Config)).ToArray();
        var adapter = Wide * adapted.Sum(map => plan.Lora!.Rank * map.Shape.Sum());
        ParameterShape[] trained = [.. shapes.Where(shape => plan.Lora is null && plan.Trained.HasFlag(shape.Part))];
        return new(
            shapes.Sum(Size) + adapter,
            // A micro batch's, and the sum of those before.
            (trained.Sum(Size) + adapter)
                is var gradients
            && (plan.Accumulates || plan.Ranks > 1)
                ? gradients + gradients / plan.Ranks
                : gradients,
            (trained.Sum(shape => shape.Count * (2 * Wide + (Size(shape) < shape.Count * Wide ? Wide : 0))) + 2 * adapter) / plan.Ranks,
            Decoder(plan) + (trained.Concat(adapted).Any(shape => shape.Part == Part.VisionTower) ? VisionKept(plan) : 0),
            LayerWorking(plan) + HeadWorking(plan) + Kernels(plan),
            VisionWorking(plan),
            // Those that wait, those of the batch that is being loaded, and those of the one that is scored.
            (TrainingSetup.PrefetchedBatches + 2)
                * plan.Images
                * Pixels(plan)
        );
    }

    /// <summary>What the layers keep until the backward pass: all that their products need, or only the inputs of one pack.</summary>
    static long Decoder(MemoryPlan plan) =>
        plan.Scoring.MemorySmall
            ? PackTokens(plan) * plan.Config.Text.Layers * plan.Config.Text.HiddenSize * BytesOf(plan.Type)
                + LayerKept(plan, PackTokens(plan))
            : plan.Config.Text.Layers * LayerKept(plan, plan.Tokens);

    /// <summary>
    /// Of each token: two norms' inputs in fp32 and, where weights are trained, what they scaled and gave; queries, keys, values, attention's
    /// result and its copy in order; gate, its activation, up, and their product. An adapter on 16-bit weights keeps its inputs in fp32.
    /// </summary>
    static long LayerKept(MemoryPlan plan, long tokens)
    {
        var text = plan.Config.Text;
        long hidden = text.HiddenSize;
        long queries = text.Heads * text.HeadSize;
        long keys = text.KeyValueHeads * text.HeadSize;
        long inner = text.IntermediateSize;
        long size = BytesOf(plan.Type);
        var wide = Math.Max(size, Wide);
        var norms = 2 * hidden * (wide + (plan.Lora is null ? 2 * size : 0));
        var products = size * (3 * queries + 2 * keys + (plan.Lora is null ? 4 : 3) * inner);
        var adapterInputs = plan.Lora is null ? 0 : Wide * (size < Wide ? 5 * hidden + queries + inner : 2 * hidden + inner);
        return tokens * (norms + products + adapterInputs);
    }

    /// <summary>Gradients of one layer's widest tensors; with an adapter on 16-bit weights they are added in fp32.</summary>
    static long LayerWorking(MemoryPlan plan) =>
        PackTokens(plan)
        * (2L * plan.Config.Text.HiddenSize + 3L * plan.Config.Text.IntermediateSize)
        * (plan.Lora is null ? BytesOf(plan.Type) : Math.Max(Wide, BytesOf(plan.Type)));

    /// <summary>A chunk of logits, its softmax and its gradient; 16-bit products on the CPU also reorder the head's weights.</summary>
    static long HeadWorking(MemoryPlan plan)
    {
        long vocabulary = plan.Config.Text.VocabularySize;
        var rows = Math.Min(plan.Predictors, Math.Max(1, plan.Scoring.LogitBudget / vocabulary));
        var reordered = BytesOf(plan.Type) < Wide ? vocabulary * plan.Config.Text.HiddenSize * BytesOf(plan.Type) : 0;
        return 3 * rows * vocabulary * Math.Max(Wide, BytesOf(plan.Type)) + reordered;
    }

    /// <summary>On CPUs oneDNN keeps up to 1,024 kernels, one for each shape of a 16-bit product; none to 500 MB were seen, by how many lengths pairs have.</summary>
    static long Kernels(MemoryPlan plan) => BytesOf(plan.Type) < Wide ? 200L << 20 : 0;

    /// <summary>One layer of the tower on as many images as are encoded together, and the pixels.</summary>
    static long VisionWorking(MemoryPlan plan)
    {
        var vision = plan.Config.VisionOf(plan.Image);
        long images = Math.Min(plan.Images, Math.Max(1, plan.Scoring.TokenBudget / plan.Config.ImageTokens(plan.Image).Count));
        var layer = vision.Tokens * (7L * vision.HiddenSize + 2L * vision.IntermediateSize) * BytesOf(plan.VisionType);
        return images * (layer + Pixels(plan));
    }

    /// <summary>An image in fp32.</summary>
    static long Pixels(MemoryPlan plan) => Wide * plan.Config.VisionOf(plan.Image).Inputs;

    static long VisionKept(MemoryPlan plan)
    {
        var vision = plan.Config.VisionOf(plan.Image);
        return plan.Images
            * vision.Layers
            * (long)vision.Tokens
            * (9L * vision.HiddenSize + 2L * vision.IntermediateSize)
            * BytesOf(plan.VisionType);
    }

    /// <summary>Tokens that are in a layer at the same time.</summary>
    static long PackTokens(MemoryPlan plan) => Math.Min(plan.Tokens, Math.Max(plan.Scoring.TokenBudget, plan.LargestTree));

    static long BytesOf(ScalarType type) =>
        type switch
        {
            ScalarType.Float64 => 8,
            ScalarType.Float32 => Wide,
            _ => 2,
        };

    // Bytes of fp32.
    const long Wide = 4;
}
