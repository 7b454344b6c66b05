using SVco.Core;
using SVco.Core.Objectives;
using SVco.Evaluation.Answers;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;
using SVco.Miniature.Study;
using SVco.Models;
using SVco.Tests;
using SVco.Training;
using TorchSharp;

namespace SVco.Miniature.Tests;

public sealed class MiniatureModelTests
{
    static readonly Cell[] AllCells =
    [
        .. from side in Enum.GetValues<Side>()
        from image in Enum.GetValues<ImageCondition>()
        from tokens in Enum.GetValues<Tokens>()
        select new Cell(side, image, tokens),
    ];

    [Fact]
    public void The_committed_base_model_is_the_one_of_the_protocol() =>
        Assert.Contains(
            BaseTraining.Sha256(Path.Combine(Golden.RepositoryRoot, "experiments", "miniature_base")),
            File.ReadAllText(Path.Combine(Golden.RepositoryRoot, "docs", "miniature-protocol.md")),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_base_model_that_was_stopped_goes_on_to_the_same_bytes()
    {
        var folder = Directory.CreateTempSubdirectory("svco-base-").FullName;
        var (whole, parted) = (Path.Combine(folder, "whole"), Path.Combine(folder, "parted"));
        var recipe = BaseRecipe.Default with { TowerSteps = 1, Stages = [BaseRecipe.Default.Stages[0] with { Steps = 2 }] };
        var hash = BaseTraining.Run(recipe, whole, _ => { }, default);

        using var stop = new CancellationTokenSource();
        Assert.Null(BaseTraining.Run(recipe, parted, line => StopAt("tower: ", line), stop.Token));
        Assert.False(Directory.Exists(parted));
        var lines = new List<string>();
        Assert.Equal(hash, BaseTraining.Run(recipe, parted, lines.Add, default));
        Assert.Contains(lines, line => line.EndsWith("tower: finished before", StringComparison.Ordinal));
        Assert.Equal(["parted", "whole"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order());
        Directory.Delete(folder, recursive: true);

        void StopAt(string what, string line)
        {
            if (line.Contains(what, StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public void Every_word_of_the_world_is_one_known_token()
    {
        using var small = new SmallModel();
        var unknown = small.Model.Tokenizer.TokenId("<unk>");
        foreach (var word in Vocabulary.Words)
        {
            var id = Assert.Single(small.Model.Tokenizer.Encode(word, addSpecialTokens: false).Ids);
            Assert.NotEqual(unknown, id);
        }
    }

    [Fact]
    public void Responses_come_back_from_their_labels_as_they_were()
    {
        using var small = new SmallModel();
        foreach (var pair in EditedPair.Draw(new PairDials(Pairs: 16), seed: 3).Select(edited => edited.Pair))
        {
            var row = small.Model.Encode(pair.Query, pair.W.Response, withImage: true);
            var labels = row.Ids.Where((_, token) => row.Labelled[token]).ToArray();
            Assert.Equal(small.Model.Chat.StopIds[0], labels[^1]);
            Assert.Equal(pair.W.Response, small.Model.Tokenizer.Decode(labels, skipSpecialTokens: true));
        }
    }

    [Fact]
    public void Scoring_from_memory_equals_plain_scoring_in_values_and_gradients()
    {
        using var small = new SmallModel();
        using var scope = torch.NewDisposeScope();
        var model = small.Model;
        var batch = Prepared(model, 6);
        model.Network.SetTrainable(Part.Projector | Part.LanguageModel);
        var trainable = model.Network.Parameters.Where(parameter => parameter.Value.requires_grad).ToArray();
        var (values, gradients) = Run(new PlainScoring(), new LiveFeatures(model.Network, model.Processor.Loader(Behaviour.Corrected)));
        var (remembered, ofRemembered) = Run(new PackedScoring(), model.Vision);

        foreach (var (plain, cached) in values.Zip(remembered))
        {
            // fp32 sums of up to 25 log-probabilities near -5, in another order.
            Assert.All(AllCells, cell => Assert.Equal(plain[cell], cached[cell], 1e-3));
        }

        foreach (var (plain, cached) in gradients.Zip(ofRemembered))
        {
            var scale = Math.Max(1e-3, plain.abs().max().item<float>());
            Assert.True((plain - cached).abs().max().item<float>() < 1e-3 * scale);
        }

        (IReadOnlyList<System.Collections.Immutable.ImmutableDictionary<Cell, double>>, torch.Tensor[]) Run(
            IScoring scoring,
            IImageFeatures images
        )
        {
            using var scored = scoring.Forward(model.Network, batch, AllCells, images);
            scored.Backward(
                [
                    .. batch.Select(
                        (_, index) =>
                            System.Collections.Immutable.ImmutableDictionary.CreateRange(
                                AllCells.Select((cell, i) => KeyValuePair.Create(cell, ((index + i) % 5) - 1.7))
                            )
                    ),
                ],
                share: 1
            );
            var grads = trainable.Select(parameter => parameter.Value.grad!.clone().MoveToOuterDisposeScope()).ToArray();
            foreach (var parameter in trainable)
            {
                parameter.Value.grad = null;
            }

            return (scored.LogProbs, grads);
        }
    }

    [Fact]
    public void Visual_sensitivities_add_up_to_the_gain_of_the_response_by_its_image()
    {
        using var small = new SmallModel();
        var batch = Prepared(small.Model, 4);
        Cell match = new(Side.W, ImageCondition.Match),
            none = new(Side.W, ImageCondition.NoImage);
        using var noGradient = torch.no_grad();
        var scored = new PlainScoring().Score(
            small.Model.Network,
            batch,
            [match, none],
            new LiveFeatures(small.Model.Network, small.Model.Processor.Loader(Behaviour.Corrected))
        );
        foreach (var (pair, cells) in batch.Zip(scored))
        {
            var (tokens, values) = CaptionScoring.Sensitivity(small.Model, pair.Pair.Query, pair.Pair.W.Response, pair.Pair.W.Image);
            Assert.Equal(pair.W.WithImage.LabelCount, tokens.Length);
            // Two fp32 sums of up to 25 terms near -5, in another order.
            Assert.Equal(cells[match] - cells[none], values.Sum(), 1e-3);
        }
    }

    [Fact]
    public void Contrasts_cannot_be_told_apart_without_images()
    {
        using var small = new SmallModel();
        var mmvp = BenchmarkSuite.Draw(Split.Validation, items: 3).Single(benchmark => benchmark.Name == BenchmarkSuite.MmvpName);
        var result = Assert.Single(Stages.Run(small.Model.Asked("small"), [mmvp], new AskSettings(WithImages: false), null, default));
        Assert.Equal(0, Assert.Single(result.Scores).Value);
    }

    static System.Collections.Immutable.ImmutableArray<PreparedPair> Prepared(MiniatureModel model, int pairs) =>
        PairPreparation
            .Prepare(
                EditedPair.Draw(new PairDials(Pairs: pairs), seed: 9).Select(edited => edited.Pair),
                model.Chat,
                256,
                Behaviour.Corrected
            )
            .Prepared;
}
