using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;
using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Training.Bench;

/// <summary>Random pairs of given lengths.</summary>
static class BenchBatch
{
    /// <summary>Pairs whose rows are padded with unattended tokens as the official collator pads them; trees leave the padding out.</summary>
    public static ImmutableArray<PreparedPair> Pairs(ModelConfig config, BenchSettings settings, int seed)
    {
        var random = new Random(seed);
        int[] Text(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(3, config.Text.VocabularySize - 2))];
        return
        [
            .. Enumerable
                .Range(0, settings.Pairs)
                .Select(index =>
                {
                    var query = Text(settings.Query);
                    PairSide Side(string name) => new(new ImageSource.File($"{seed}-{index}-{name}"), "");
                    return new PreparedPair(
                        new ContrastPair($"{index}", "", Side("w"), Side("l")),
                        Rows(config, settings, query, Text(settings.Response)),
                        Rows(config, settings, query, Text(settings.Response))
                    );
                }),
        ];
    }

    /// <summary>Normal noise named by the image.</summary>
    public static ProcessedImage Image(ModelConfig config, ImageSource image)
    {
        var seed = ((ImageSource.File)image).Path.Aggregate(17UL, (hash, letter) => hash * 31 + letter);
        using var scope = NewDisposeScope();
        using var generator = new TorchSharp.torch.Generator(seed, CPU);
        var shape = config.VisionOf(config.UsualImage).InputShape;
        return new(randn([.. shape], generator: generator).data<float>().ToArray(), shape, config.UsualImage);
    }

    /// <summary>What a step of the batch costs.</summary>
    public static BenchCost Cost(
        ModelConfig config,
        BenchSettings settings,
        IReadOnlyCollection<Cell> cells,
        IReadOnlyList<PreparedPair> batch
    ) =>
        settings.Way == BenchWay.Packed
            ? BenchCost.Of(config, batch, cells)
            : BenchCost.Of(
                config,
                [.. batch.SelectMany(_ => cells).Select(_ => settings.Text + config.UsualImageTokens)],
                batch.Count * cells.Count(cell => cell.Image != ImageCondition.NoImage)
            );

    static ResponseRows Rows(ModelConfig config, BenchSettings settings, int[] query, int[] response)
    {
        TokenSequence Row(int[] before)
        {
            int[] real = [.. before, .. response];
            var padding = settings.Way == BenchWay.Plain ? Math.Max(0, settings.Text - settings.Query - settings.Response) : 0;
            return new(
                [.. real, .. Enumerable.Repeat(0, padding)],
                [.. Enumerable.Range(0, real.Length + padding).Select(i => i >= before.Length && i < real.Length)],
                [.. Enumerable.Range(0, real.Length + padding).Select(i => i < real.Length)]
            );
        }

        var (with, without) = (Row([config.ImageTokenId, .. query]), Row(query));
        return new(with, without);
    }
}
