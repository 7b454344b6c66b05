using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Files;
using SVco.Models;
using SVco.Tests;
using TorchSharp;

namespace SVco.Training.Tests;

/// <summary>Which log-probabilities of the reference count as known.</summary>
public sealed class ReferenceCacheTests : IDisposable
{
    static readonly Cell Match = new(Side.W, ImageCondition.Match);
    static readonly ImmutableArray<Cell> Cells = [Match, Match with { Tokens = Tokens.Contrast }, new(Side.L, ImageCondition.NoImage)];

    readonly TemporaryFolder _folder = new();
    readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_another_run_has_scored_is_known_whatever_its_pairs_are_called()
    {
        var scored = Values(-1.5);
        Assert.Equal(scored, Cache().Keep(Pair(), scored));
        Assert.Equal(scored, Cache().Find(Pair() with { Pair = Pair().Pair with { Id = "another", Query = "?" } }, Cells));
        // Another objective's cells, of which one is not there.
        Assert.Null(Cache().Find(Pair(), [.. Cells, new Cell(Side.L, ImageCondition.Match)]));
    }

    [Fact]
    public void Equal_cells_have_the_value_that_was_there_first()
    {
        Cache().Keep(Pair(), Values(-1.5));
        Assert.Equal(Values(-1.5), Cache().Keep(Pair(), Values(-1.5000001)));
    }

    [Fact]
    public void Nothing_is_known_of_another_model_text_mask_or_image()
    {
        Cache().Keep(Pair(), Values(-1.5));
        Assert.NotNull(Cache().Find(Pair(), [Match]));

        Assert.Null(Cache("another model").Find(Pair(), [Match]));
        Assert.Null(Cache().Find(Pair(text: 8), [Match]));
        Assert.Null(Cache().Find(Pair(attended: false), [Match]));
        Assert.Null(Cache().Find(Pair(labelled: 3), [Match]));
        Assert.Null(Cache().Find(Pair(image: "another.png"), [Match]));
        File.WriteAllText(_folder.At("image.png"), "changed");
        Assert.Null(Cache().Find(Pair(write: false), [Match]));
    }

    [Fact]
    public void Summing_other_tokens_is_another_cell()
    {
        Cache().Keep(Pair(), Values(-1.5).Remove(Cells[1]));
        Assert.Null(Cache().Find(Pair(), [Cells[1]]));
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_told_with_its_pair()
    {
        var pair = Pair();
        File.Delete(_folder.At("image.png"));
        var error = Assert.Throws<Core.UserException>(() => Cache().Find(pair, [Match]));
        Assert.StartsWith("pair: ", error.Message);
        Assert.Contains("image.png", error.Message);
    }

    [Fact]
    public void A_run_scores_damaged_entries_anew_to_the_same_values_and_says_so()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        PairSide Stored(PairSide side)
        {
            var path = _folder.At(((ImageSource.File)side.Image).Path);
            File.WriteAllText(path, path);
            return side with { Image = new ImageSource.File(path) };
        }

        ImmutableArray<PreparedPair> pairs =
        [
            .. random.Batch.Select(pair => pair with { Pair = pair.Pair with { W = Stored(pair.Pair.W), L = Stored(pair.Pair.L) } }),
        ];
        var scoring = new CountingScoring();
        var images = new LiveFeatures(
            random.Model,
            random.Loader(image => random.LoadPixels(new ImageSource.File(Path.GetFileName(((ImageSource.File)image).Path))))
        );
        var job = TrainerCase.Job(random, images) with { Train = pairs, Validation = [], Scoring = scoring };
        double[] Score() =>
            [
                .. ReferenceScoring
                    .Score(job, Cache())
                    .OrderBy(entry => entry.Pair)
                    .SelectMany(entry => entry.Cells.OrderBy(cell => $"{cell.Key}").Select(cell => cell.Value)),
            ];

        var first = Score();
        Assert.Equal(pairs.Length, scoring.Count);
        Assert.Equal(first, Score());
        Assert.Equal(pairs.Length, scoring.Count);
        Assert.Empty(_warnings);

        foreach (var file in Directory.GetFiles(_folder.At("cache"), "*", SearchOption.AllDirectories))
        {
            File.WriteAllBytes(file, [.. File.ReadAllBytes(file).SkipLast(1), 0x5A]);
        }

        Assert.Equal(first, Score());
        Assert.Equal(2 * pairs.Length, scoring.Count);
        Assert.NotEmpty(_warnings);
        Assert.All(_warnings, warning => Assert.Contains("damaged", warning));
    }

    sealed class CountingScoring : IScoring
    {
        public int Count { get; private set; }

        public IScored Forward(
            VisionLanguageModel model,
            IReadOnlyList<PreparedPair> batch,
            IReadOnlyCollection<Cell> cells,
            IImageFeatures images,
            bool gradients
        )
        {
            Assert.False(gradients);
            Count++;
            return new PackedScoring().Forward(model, batch, cells, images, gradients);
        }
    }

    ReferenceCache Cache(string model = "model") => new(new DiskCache(_folder.At("cache"), 1 << 20, _warnings.Add), model);

    static ImmutableDictionary<Cell, double> Values(double value) =>
        Cells.Select((cell, index) => (cell, value - index)).ToImmutableDictionary(entry => entry.cell, entry => entry.Item2);

    PreparedPair Pair(int text = 7, bool attended = true, int labelled = 2, string image = "image.png", bool write = true)
    {
        if (write)
        {
            File.WriteAllText(_folder.At(image), image);
        }

        PairSide Side() => new(new ImageSource.File(_folder.At(image)), "");
        TokenSequence Row(params int[] ids) =>
            new([.. ids], [.. ids.Select((_, i) => i >= labelled)], [.. ids.Select(id => attended || id != 7)]);
        ResponseRows Rows(int last)
        {
            var (with, without) = (Row(1, 30, text, 4, last), Row(1, text, 4, last));
            return new(with, without);
        }

        return new PreparedPair(new ContrastPair("pair", "", Side(), Side()), Rows(5), Rows(6));
    }
}
