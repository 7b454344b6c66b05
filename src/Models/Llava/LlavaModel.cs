using SVco.Models.Images;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models.Llava;

/// <summary>A LLaVA (Liu et al., arXiv 2304.08485): vision tower, two-layer projector, decoder.</summary>
public sealed class LlavaModel : VisionLanguageModel
{
    readonly VisionTower tower;
    readonly Linear projector1;
    readonly Linear projector2;

    internal LlavaModel(LlavaConfig config, IWeights weights)
    {
        Config = config;
        tower = new(config.Vision, weights, LlavaConfig.TowerName + "vision_model.");
        projector1 = Linear.From(
            weights,
            LlavaConfig.ProjectorName + "linear_1",
            config.Vision.HiddenSize,
            config.Text.HiddenSize,
            bias: true
        );
        projector2 = Linear.From(
            weights,
            LlavaConfig.ProjectorName + "linear_2",
            config.Text.HiddenSize,
            config.Text.HiddenSize,
            bias: true
        );
        Decoder = new(config.Text, weights, LlavaConfig.DecoderName);
    }

    /// <inheritdoc/>
    public override LlavaConfig Config { get; }

    /// <inheritdoc/>
    public override IEnumerable<Linear> Linears => [.. tower.Linears, projector1, projector2, .. Decoder.Linears];

    /// <inheritdoc/>
    protected internal override Decoder Decoder { get; }

    /// <summary>The tower, for tests that look at intermediate values.</summary>
    internal VisionTower Tower => tower;

    /// <summary>The feature layer's hidden state, without the class token where the config says so.</summary>
    protected override IReadOnlyList<Tensor> Encode(IReadOnlyList<ProcessedImage> images)
    {
        var hidden = tower.Hidden(stack(images.Select(ToTensor)), Config.FeatureDepth);
        return (Config.DropFirstToken ? hidden.narrow(1, 1, hidden.shape[1] - 1) : hidden).unbind(0);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Project(IReadOnlyList<EncodedImage> images)
    {
        var projected = Scoped.Run(() =>
        {
            var values = stack(images.Select(image => image.Features)).to(projector1.Weight.dtype, projector1.Weight.device);
            return projector2.Forward(Config.ProjectorActivation.Apply(projector1.Forward(values)));
        });
        return projected.unbind(0);
    }
}
