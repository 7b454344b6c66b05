using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Training.Tests.ToyFamily;

/// <summary>A linear eye for each patch, a linear bridge, and a decoder.</summary>
sealed class ToyModel : VisionLanguageModel
{
    readonly Linear eye;
    readonly Linear bridge;

    public ToyModel(ToyConfig config, IWeights weights)
    {
        Config = config;
        eye = Linear.From(weights, "eye.patches", ToyConfig.PatchValues, config.FeatureWidth, bias: true);
        bridge = Linear.From(weights, "bridge.map", config.FeatureWidth, config.Text.HiddenSize, bias: false);
        Decoder = new(config.Text, weights, "tongue.");
    }

    public override ToyConfig Config { get; }

    public override IEnumerable<Linear> Linears => [eye, bridge, .. Decoder.Linears];

    protected override Decoder Decoder { get; }

    protected override IReadOnlyList<Tensor> Encode(IReadOnlyList<ProcessedImage> images) =>
        [.. images.Select(image => eye.Forward(ToTensor(image).to(eye.Weight.dtype)).tanh())];

    public override IReadOnlyList<Tensor> Project(IReadOnlyList<EncodedImage> images) =>
        [.. images.Select(image => bridge.Forward(image.Features.to(bridge.Weight.dtype)))];
}
