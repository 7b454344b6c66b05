using System.Text.Json.Nodes;
using SVco.Core.Packing;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Networks;

namespace SVco.Training.Tests.ToyFamily;

/// <summary>
/// A model family of its own: images of any size in patches of 2 x 2 pixels, a token for each, positions of a row and a column, and parameters
/// called eye, bridge and tongue.
/// </summary>
sealed record ToyConfig : ModelConfig
{
    public const int PatchValues = 2 * 2 * 3;

    public static ModelFamily Family { get; } = new("toy", file => Read(JsonNode.Parse(File.ReadAllText(file))!));

    public override TextConfig Text { get; init; } =
        TextConfig.Llama with
        {
            VocabularySize = 24,
            HiddenSize = 16,
            IntermediateSize = 24,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 4,
            InitializerRange = 0.3,
            RopeSections = [1, 1],
        };

    public override int ImageTokenId { get; init; } = 23;

    public override int? PadTokenId { get; init; }

    public override string TorchDtype { get; init; } = "";

    public override ImageSize UsualImage => new(6, 4);

    public override int FeatureWidth => 8;

    public override ModelConfig WithImageTokens(int tokens) => this;

    public override ImageTokens ImageTokens(ImageSize size)
    {
        var (rows, columns) = (size.Height / 2, size.Width / 2);
        return new([
            [.. Enumerable.Range(0, rows * columns).Select(patch => patch / columns)],
            [.. Enumerable.Range(0, rows * columns).Select(patch => patch % columns)],
        ]);
    }

    public override VisionGeometry VisionOf(ImageSize size)
    {
        var patches = ImageTokens(size).Count;
        return new(
            [patches, PatchValues],
            patches,
            PatchValues,
            patches,
            Layers: 0,
            FeatureWidth,
            IntermediateSize: 0,
            FeatureWidth * Text.HiddenSize
        );
    }

    public override Part PartOf(string name) =>
        name.Split('.')[0] switch
        {
            "eye" => Part.VisionTower,
            "bridge" => Part.Projector,
            _ => Part.LanguageModel,
        };

    public override string NamePattern(Part parts) =>
        string.Join(
            '|',
            new[] { (Part.VisionTower, "eye"), (Part.Projector, "bridge"), (Part.LanguageModel, "tongue") }
                .Where(part => parts.HasFlag(part.Item1))
                .Select(part => $@"{part.Item2}\.")
        );

    public override VisionLanguageModel Build(IWeights weights) => new ToyModel(this, weights);

    public override JsonObject ToJson() => new() { ["model_type"] = "toy", ["vocab_size"] = Text.VocabularySize };

    static ToyConfig Read(JsonNode json)
    {
        var config = new ToyConfig();
        return config with { Text = config.Text with { VocabularySize = (int)json["vocab_size"]! } };
    }
}
