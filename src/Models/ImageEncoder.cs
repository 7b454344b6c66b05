using SVco.Core;
using SVco.Models.Checkpoints;
using SVco.Models.Folders;
using SVco.Models.Networks;
using SVco.Models.Text;
using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>What an image encoder says of images.</summary>
/// <param name="LastHiddenState">[images, tokens, width]</param>
/// <param name="Pooled">[images, width]; null for a SigLIP tower without head.</param>
/// <param name="Embedding">[images, size]: CLIP's projection of the pooled output, else the pooled output itself.</param>
public sealed record ImageEncoding(Tensor LastHiddenState, Tensor? Pooled, Tensor? Embedding);

/// <summary>A whole-image encoder by itself: the image half of a CLIP or SigLIP, or a DINOv2.</summary>
public sealed class ImageEncoder : IDisposable
{
    readonly Func<Tensor, ImageEncoding> encode;
    readonly IReadOnlyList<NamedTensor> parameters;

    ImageEncoder(Func<Tensor, ImageEncoding> encode, IReadOnlyList<NamedTensor> parameters) =>
        (this.encode, this.parameters) = (encode, parameters);

    /// <summary>Loads a folder whose config.json is of type clip, siglip, clip_vision_model, siglip_vision_model or dinov2; text halves are left out.</summary>
    /// <exception cref="UserException">The type is another, or a file is missing, malformed, or does not fit the config.</exception>
    public static ImageEncoder Load(string folder, LoadOptions options)
    {
        NativeLibraries.Load();
        var config = Path.Combine(folder, "config.json");
        var fields = JsonField.Read(config);
        FolderKind.RequireUnquantised(fields);
        using var checkpoint = Checkpoint.Open(folder);
        FolderConsistency.CheckTypes(checkpoint, IsOfTextHalf);
        using var scope = NewDisposeScope();
        var source = new CheckpointWeights(
            checkpoint,
            name => [name],
            (_, type) => options.VisionDtype ?? options.Dtype ?? type,
            options.Device
        );
        var weights = new RecordingWeights(source);
        var encode = fields.Text("model_type", "") switch
        {
            "dinov2" => Encoder(new Dinov2(Dinov2Config.Read(config), weights)),
            "clip" => Encoder(
                new VisionTower(TowerConfig(folder), weights, "vision_model."),
                tower => Linear.From(weights, "visual_projection", tower.HiddenSize, fields.Size("projection_dim", 512), bias: false)
            ),
            "siglip" or "clip_vision_model" or "siglip_vision_model" => Encoder(
                new VisionTower(TowerConfig(folder), weights, "vision_model."),
                _ => null
            ),
            _ => throw fields.Unsupported("model_type", "image encoders are clip, siglip, their vision towers alone, or dinov2"),
        };
        source.CheckThatAllAreUsed(IsOfTextHalf);
        foreach (var parameter in weights.Parameters)
        {
            parameter.Value.DetachFromDisposeScope();
        }

        return new(encode, weights.Parameters);
    }

    /// <summary>A tower's config; unlike a DINOv2's, its positions are for images of one size.</summary>
    static VisionConfig TowerConfig(string folder)
    {
        var config = VisionConfig.Read(Path.Combine(folder, "config.json"));
        FolderConsistency.CheckImageSize(folder, new(config.ImageSize, config.ImageSize));
        return config;
    }

    /// <summary>Encodes images, without gradients.</summary>
    /// <param name="pixels">[images, channels, height, width], normalised.</param>
    public ImageEncoding Encode(Tensor pixels)
    {
        using var noGradient = no_grad();
        return encode(pixels);
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose()
    {
        foreach (var parameter in parameters)
        {
            parameter.Value.Dispose();
        }
    }

    static Func<Tensor, ImageEncoding> Encoder(Dinov2 network) =>
        pixels =>
        {
            var output = network.Encode(pixels);
            return new(output.LastHiddenState, output.Pooled, output.Pooled);
        };

    static Func<Tensor, ImageEncoding> Encoder(VisionTower tower, Func<VisionConfig, Linear?> projectionFor)
    {
        var projection = projectionFor(tower.Config);
        return pixels =>
        {
            var output = tower.Encode(pixels);
            return new(
                output.LastHiddenState,
                output.Pooled,
                output.Pooled is { } pooled && projection is not null ? projection.Forward(pooled) : output.Pooled
            );
        };
    }

    static bool IsOfTextHalf(string name) =>
        CheckpointWeights.IsComputed(name)
        || name.StartsWith("text_model.")
        || name is "text_projection.weight" or "logit_scale" or "logit_bias";
}
