using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Llava;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

/// <summary>
/// A seeded random tiny model with a seeded random batch: every geometry (both kinds of tower, grouped heads, tied embeddings, biases), and pairs
/// that share images and queries, with equal responses, responses that are prefixes of others, and tokens that nobody attends to.
/// </summary>
sealed class PackedCase : IDisposable
{
    const int Unattended = 3;
    const int ImageToken = 30;
    readonly Random _random;

    public PackedCase(int seed, ScalarType type)
    {
        _random = new Random(seed);
        Config = RandomConfig();
        Model = VisionLanguageModel.Random(Config, seed, new LoadOptions { Dtype = type });
        Batch = RandomBatch();
        Cells = RandomCells();
        Weights = [.. Batch.Select(_ => Cells.ToImmutableDictionary(cell => cell, _ => _random.NextDouble() * 2 - 1))];
        using var noGrad = no_grad();
        // Its own: another test at the same time would draw from the common one.
        using var generator = new TorchSharp.torch.Generator((ulong)seed, CPU);
        foreach (var parameter in Model.Parameters)
        {
            // Biases are zero and norms one at first, which would hide mistakes.
            parameter.Value.add_(randn(parameter.Value.shape, parameter.Value.dtype, generator: generator) * 0.1);
        }

        var trainVision = _random.Next(4) == 0;
        Model.SetTrainable(Part.Projector | Part.LanguageModel | (trainVision ? Part.VisionTower : Part.None));
    }

    public LlavaConfig Config { get; }

    public VisionLanguageModel Model { get; }

    public ImmutableArray<PreparedPair> Batch { get; }

    public ImmutableArray<Cell> Cells { get; }

    public ImmutableArray<ImmutableDictionary<Cell, double>> Weights { get; }

    public IImageFeatures Images => new LiveFeatures(Model, Loader(LoadPixels));

    /// <summary>Images of the model's size.</summary>
    public ImageLoader Loader(Func<ImageSource, float[]> pixels) => Squares.Of(Config.Vision.ImageSize, pixels);

    /// <summary>An image is named by its seed.</summary>
    public float[] LoadPixels(ImageSource image)
    {
        using var scope = NewDisposeScope();
        using var generator = new TorchSharp.torch.Generator(ulong.Parse(((ImageSource.File)image).Path), CPU);
        return randn([3, Config.Vision.ImageSize, Config.Vision.ImageSize], generator: generator).data<float>().ToArray();
    }

    /// <summary>The parameters whose gradients the last backward pass said were complete, all of which were.</summary>
    public IReadOnlyCollection<Tensor> Complete { get; private set; } = [];

    /// <summary>The table and the gradients (as copies) of the model's parameters or of others.</summary>
    public (IReadOnlyList<ImmutableDictionary<Cell, double>> Table, ImmutableDictionary<string, Tensor> Gradients) Score(
        IScoring scoring,
        IReadOnlyList<NamedTensor>? others = null
    )
    {
        var parameters = others ?? Model.Parameters;
        foreach (var parameter in parameters)
        {
            parameter.Value.grad = null;
        }

        using var scored = scoring.Forward(Model, Batch, Cells, Images);
        var told = new Dictionary<Tensor, byte[]?>(ReferenceEqualityComparer.Instance);
        scored.Backward(
            Weights,
            share: 1,
            complete =>
            {
                foreach (var parameter in complete)
                {
                    told.Add(parameter, parameter.grad?.bytes.ToArray());
                }
            }
        );
        Assert.All(told, one => Assert.Equal(one.Value, one.Key.grad?.bytes.ToArray()));
        Complete = told.Keys;
        return (
            scored.LogProbs,
            parameters
                .Where(parameter => parameter.Value.grad is not null)
                .ToImmutableDictionary(parameter => parameter.Name, parameter => parameter.Value.grad!.clone().MoveToOuterDisposeScope())
        );
    }

    public override string ToString() =>
        $"{Config.Vision.Kind} and {Config.Text.ModelType}, heads {Config.Text.Heads}/{Config.Text.KeyValueHeads}, tied {Config.Text.TieWordEmbeddings}, "
        + $"{Batch.Length} pairs, cells {string.Join(" ", Cells)}";

    public void Dispose() => Model.Dispose();

    LlavaConfig RandomConfig()
    {
        var (clip, qwen) = (_random.Next(2) == 0, _random.Next(2) == 0);
        var heads = 1 << _random.Next(3);
        var text = (qwen ? TextConfig.Qwen2 : TextConfig.Llama) with
        {
            VocabularySize = 31 + _random.Next(10),
            HiddenSize = 4 * heads,
            IntermediateSize = 4 + _random.Next(12),
            Layers = 1 + _random.Next(3),
            Heads = heads,
            KeyValueHeads = 1 << _random.Next(int.Log2(heads) + 1),
            HeadSize = 4,
            TieWordEmbeddings = _random.Next(3) == 0,
            QueryKeyValueBias = qwen || _random.Next(2) == 0,
            OutputBias = !qwen && _random.Next(2) == 0,
            MlpBias = !qwen && _random.Next(2) == 0,
            InitializerRange = 0.4,
        };
        var vision = (clip ? VisionConfig.Clip : VisionConfig.Siglip) with
        {
            HiddenSize = 8,
            IntermediateSize = 12,
            Layers = 2,
            Heads = 2,
            ImageSize = 4 * (1 + _random.Next(3)),
            PatchSize = 4,
            UseHead = false,
        };
        return new LlavaConfig(vision, text, ImageToken, FeatureLayer: clip ? -2 : -1, DropFirstToken: clip);
    }

    ImmutableArray<PreparedPair> RandomBatch()
    {
        int[][] queries = [Text(1 + _random.Next(4)), Text(1 + _random.Next(4))];
        int[][] responses = [.. Enumerable.Range(0, 4).Select(_ => Text(1 + _random.Next(6)))];
        return
        [
            .. Enumerable
                .Range(0, 1 + _random.Next(4))
                .Select(index =>
                {
                    var query = queries[_random.Next(2)];
                    var w = responses[_random.Next(4)];
                    var l = _random.Next(4) switch
                    {
                        0 => w,
                        1 => [.. w, .. Text(1 + _random.Next(3))],
                        2 => [.. w.Take(w.Length / 2), .. Text(1 + _random.Next(3))],
                        _ => responses[_random.Next(4)],
                    };
                    PairSide Side() => new(new ImageSource.File(_random.Next(4).ToString()), "");
                    return new PreparedPair(new ContrastPair($"{index}", "", Side(), Side()), Rows(query, w), Rows(query, l));
                }),
        ];
    }

    ResponseRows Rows(int[] query, int[] response)
    {
        // A label may lie in the shared query, as golden/chat's fused newline does.
        var early = _random.Next(2);
        TokenSequence Row(int[] before) =>
            new(
                [.. before, .. response],
                [.. Enumerable.Range(0, before.Length + response.Length).Select(i => i >= before.Length - early)],
                [.. before.Concat(response).Select((id, i) => i == 0 || id != Unattended)]
            );
        var (with, without) = (Row([1, ImageToken, .. query]), Row([1, .. query]));
        return new ResponseRows(with, without);
    }

    int[] Text(int length) => [.. Enumerable.Range(0, length).Select(_ => _random.Next(2, ImageToken))];

    ImmutableArray<Cell> RandomCells()
    {
        var all = Enum.GetValues<Side>()
            .SelectMany(side =>
                Enum.GetValues<ImageCondition>()
                    .SelectMany(image => Enum.GetValues<Tokens>().Select(tokens => new Cell(side, image, tokens)))
            )
            .ToArray();
        _random.Shuffle(all);
        return [.. all.Take(1 + _random.Next(all.Length))];
    }
}
