using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using SVco.Models.Text;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

/// <summary>
/// A text that names the image tag, under Official. transformers 4.45.2 looks for images only where pixels come along: without them the tag
/// goes through the decoder as the one token it is; with one image and two tags it refuses the row (LlavaForConditionalGeneration.forward).
/// </summary>
public class LiteralImageTagTests
{
    const string Family = "llava-interleave";
    static readonly Cell NoImage = new(Side.W, ImageCondition.NoImage);

    [Fact]
    public void A_tag_in_a_row_without_an_image_is_one_token_with_its_own_embedding()
    {
        using var scope = NewDisposeScope();
        using var data = new OfficialData(Family);
        using var model = VisionLanguageModel.Load(data.Checkpoint, new LoadOptions { Dtype = ScalarType.Float64 });
        var pair = data.Pairs("train.json")[0];
        var row = pair.W.WithoutImage;
        var ids = row.Ids.Insert(3, model.Config.ImageTokenId);
        var named = pair with { W = pair.W with { WithoutImage = new(ids, row.Labelled.Insert(3, false), row.Attended.Insert(3, true)) } };

        var tokens = tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0);
        var everyToken = ones_like(tokens, ScalarType.Bool);
        using var noGradient = no_grad();
        var logProbs = nn.functional.log_softmax(
            model.Logits(model.Decode(model.Embed(tokens), model.Positions(everyToken), everyToken)),
            -1
        );
        var expected = Enumerable
            .Range(1, ids.Length - 1)
            .Where(i => named.W.WithoutImage.Labelled[i])
            .Sum(i => logProbs[0, i - 1, ids[i]].item<double>());

        foreach (var scoring in (IScoring[])[new PlainScoring(), new PackedScoring()])
        {
            // Beside a row with an image, and alone.
            foreach (
                Cell[] cells in (Cell[][])
                    [
                        [NoImage, new(Side.W, ImageCondition.Match)],
                        [NoImage],
                    ]
            )
            {
                var table = scoring.Score(model, [named], cells, data.Images(model));
                // Float64 rounding of sums of some hundred nats.
                Assert.Equal(expected, table[0][NoImage], 1e-9);
            }
        }
    }

    [Fact]
    public void A_pair_is_refused_for_two_tags_beside_one_image_and_not_for_a_tag_that_only_its_row_without_an_image_keeps()
    {
        using var data = new OfficialData(Family);
        var chat = ChatFormat.For(Tokenizer.Load(data.Checkpoint), data.Checkpoint);
        PairSide Side(string response) => new(new ImageSource.File("a.png"), response);
        var pair = new ContrastPair("tag", "Which tag?", Side("Red. <image>"), Side("Blue."));

        (ImmutableArray<PreparedPair> Prepared, ImmutableArray<Refusal> Refused) Prepare(int most) =>
            PairPreparation.Prepare([pair], chat, most, Behaviour.Official);

        Assert.Contains("2 image placeholders for 1 image", Assert.Single(Prepare(128).Refused).Reason);

        // One token less than the conversation with its image needs up to the tag: the row without an image still has the tag.
        var tag = chat.Encode("", pair.Query, pair.W.Response, 1, 128, Behaviour.Official).Ids.LastIndexOf(chat.ImageToken);
        var (prepared, refused) = Prepare(tag);
        Assert.Empty(refused);
        Assert.Equal(1, chat.PlaceholderCount(Assert.Single(prepared).W.WithoutImage));
        Assert.Equal(1, chat.PlaceholderCount(prepared[0].W.WithImage));
    }
}
