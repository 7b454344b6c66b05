using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;
using SVco.Models.Generation;
using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Training.Tests.ToyFamily;

/// <summary>Rows of several images, and of positions of two dimensions, through the tree, the padded rows and generation.</summary>
public class ToyRowsTests
{
    static readonly ToyConfig Config = new();

    /// <summary>One row shows two images of different sizes, and then writes the placeholder out, which shows nothing.</summary>
    [Fact]
    public void A_row_may_show_several_images_and_a_placeholder_beyond_them_is_text()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Model();
        ProcessedImage[] images = [Image(2, 6), Image(6, 2)];
        var projected = model.Project(model.VisionFeatures(images));
        ImmutableArray<ImageSize> sizes = [.. images.Select(image => image.Size)];

        ImmutableArray<int> ids = [1, Config.ImageTokenId, 2, Config.ImageTokenId, Config.ImageTokenId, 3, 4];
        ImmutableArray<bool> all = [.. ids.Select(_ => true)];
        var row = new PackRow(0, [0, 1], new(ids, all, all), ImmutableDictionary<Cell, ImmutableArray<bool>>.Empty.Add(default, all));
        var tree = Assert.Single(Config.Trees([row], sizes));
        Assert.Equal([new(0, 1, 3), new(1, 5, 3)], tree.Images.AsEnumerable());
        // The first image is three rows high and ends at 3, the second three columns wide and begins at 5.
        Assert.Equal([0, 1, 2, 3, 4, 5, 5, 5, 8, 9], tree.Positions[0].AsEnumerable());
        Assert.Equal([0, 1, 1, 1, 4, 5, 6, 7, 8, 9], tree.Positions[1].AsEnumerable());
        var packed = model.DecodeTrees([tree], projected.Index().ToDictionary(image => image.Index, image => image.Item), false).Hidden;

        var expanded = PackLayout.Expand(ids, Config.ImageTokenId, [3, 3]);
        var isImage = tensor(expanded.Select(token => token.OfImage).ToArray()).unsqueeze(0);
        var tokens = tensor(expanded.Select(token => (long)ids[token.Source]).ToArray()).unsqueeze(0);
        var plain = Decoded(model, tokens, isImage, projected, sizes);
        var predictors = tensor(tree.Predictors.Select(index => (long)index).ToArray());
        Assert.True((plain[0].index_select(0, predictors) - packed).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void A_generated_token_is_predicted_from_the_whole_row_before_it()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Model();
        ProcessedImage[] images = [Image(4, 4)];
        long[] prompt = [1, .. Enumerable.Repeat((long)Config.ImageTokenId, 4), 2];
        using var generated = PlainGeneration.Greedy(model, tensor(prompt).unsqueeze(0), images, [], 4, keepLogits: true);

        long[] whole = [.. prompt, .. generated.Tokens[0].Take(3).Select(token => (long)token)];
        var isImage = tensor(whole.Select((_, index) => index is >= 1 and <= 4).ToArray()).unsqueeze(0);
        var projected = model.Project(model.VisionFeatures(images));
        var logits = model.Logits(Decoded(model, tensor(whole).unsqueeze(0), isImage, projected, [images[0].Size]))[0];
        Assert.True((logits.narrow(0, prompt.Length - 1, 4) - generated.Logits![0]).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void Many_at_a_time_are_generated_as_alone()
    {
        using var model = Model();
        ProcessedImage[] images = [Image(4, 4), Image(2, 6)];
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(0, 5).Select(i => new GenerationRequest([1, Config.ImageTokenId, 2 + i], [i % 2], 4)),
            new([1, 3], [], 4),
            new([1, 3, 4], [], 4),
        ];
        using var scope = NewDisposeScope();
        var alone = requests.Select(request =>
        {
            ProcessedImage[] shown = [.. request.Images.Select(index => images[index])];
            var ids = PackLayout
                .Expand(request.Prompt, Config.ImageTokenId, [.. shown.Select(image => Config.ImageTokens(image.Size).Count)])
                .Select(token => (long)request.Prompt[token.Source]);
            using var rows = PlainGeneration.Greedy(model, tensor(ids.ToArray()).unsqueeze(0), shown, [], 4);
            return string.Join(' ', rows.Tokens[0]);
        });
        var many = ManyRequests.Continue(
            model,
            requests,
            [.. images.Select(image => image.Size)],
            which => model.VisionFeatures([.. which.Select(index => images[index])]),
            stops: [],
            new() { PromptTokens = 10 }
        );

        Assert.Equal(alone, many.OrderBy(one => one.Request).Select(one => string.Join(' ', one.Tokens)));
    }

    static Tensor Decoded(
        VisionLanguageModel model,
        Tensor ids,
        Tensor isImage,
        IReadOnlyList<Tensor> projected,
        ImmutableArray<ImageSize> sizes
    )
    {
        var attended = ones_like(ids, ScalarType.Bool);
        return model.Decode(model.MergeImages(ids, projected, isImage), model.Positions(attended, sizes, isImage), attended);
    }

    static VisionLanguageModel Model() => VisionLanguageModel.Random(Config, seed: 1, new LoadOptions { Dtype = ScalarType.Float64 });

    static ProcessedImage Image(int width, int height)
    {
        var random = new Random(width);
        var patches = width * height / 4;
        return new(
            [.. Enumerable.Range(0, patches * ToyConfig.PatchValues).Select(_ => random.NextSingle() - 0.5f)],
            [patches, ToyConfig.PatchValues],
            new(width, height)
        );
    }
}
