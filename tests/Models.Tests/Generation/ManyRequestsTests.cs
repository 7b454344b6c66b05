using System.Collections.Immutable;
using SVco.Core;
using SVco.Models.Generation;
using SVco.Models.Images;
using SVco.Models.Llava;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>Many at a time against one by one, on seeded random models, images, prompts and limits.</summary>
public sealed class ManyRequestsTests
{
    const int ImageToken = 31;

    public static IEnumerable<object[]> Cases =>
        from seed in Enumerable.Range(0, 24)
        from type in new[] { ScalarType.Float64, ScalarType.Float32 }
        select new object[] { seed, type };

    /// <summary>A model, requests, and limits under which rows wait, enter and leave.</summary>
    sealed class Case : IDisposable
    {
        public Case(int seed, ScalarType type)
        {
            var random = new Random(seed);
            Config = Small.Config with
            {
                Text = Small.Config.Text with
                {
                    // LLaMA's heads of their own, and Qwen2's that share keys and have biases.
                    KeyValueHeads = random.Next(2) == 0 ? 4 : 2,
                    QueryKeyValueBias = random.Next(2) == 0,
                    TieWordEmbeddings = random.Next(2) == 0,
                },
            };
            Model = VisionLanguageModel.Random(Config, seed, new() { Dtype = type });
            Images = Small.Images(3);
            Stops = [random.Next(30), random.Next(30)];
            // A few beginnings, so that prompts share them, and some prompts twice.
            int[][] texts = [.. Enumerable.Range(0, 4).Select(_ => Text(random.Next(1, 6)))];
            Requests = [.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => Request(random))];
            Limits = new()
            {
                TokenBudget = random.Next(1, 400),
                PromptTokens = random.Next(1, 60),
                Rows = random.Next(1, 12),
                Gaps = true,
            };

            int[] Text(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(30))];

            GenerationRequest Request(Random random)
            {
                int[] images = random.Next(3) == 0 ? [] : [random.Next(3)];
                // Without an image the placeholder is a token like any other.
                int[] literal = images.Length == 0 && random.Next(3) == 0 ? [ImageToken] : [];
                int[] text = texts[random.Next(4)];
                return new(
                    [1, .. images.Select(_ => ImageToken), .. text, .. literal, .. Text(random.Next(3)), 2],
                    [.. images],
                    random.Next(1, 40)
                );
            }
        }

        public LlavaConfig Config { get; }

        public VisionLanguageModel Model { get; }

        public IReadOnlyList<ProcessedImage> Images { get; }

        public ImmutableArray<GenerationRequest> Requests { get; }

        public ImmutableArray<int> Stops { get; }

        public GenerationLimits Limits { get; }

        public IReadOnlyList<GeneratedTokens> Many(GenerationLimits? limits = null, IReadOnlyList<GenerationRequest>? requests = null)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            return
            [
                .. ManyRequests
                    .Continue(
                        Model,
                        requests ?? Requests,
                        [.. Images.Select(image => image.Size)],
                        which => Model.VisionFeatures([.. which.Select(index => Images[index])]),
                        Stops,
                        limits ?? Limits
                    )
                    .OrderBy(one => one.Request),
            ];
        }

        /// <summary>A request alone, the plain way.</summary>
        public (ImmutableArray<int> Tokens, double SmallestGap) Alone(GenerationRequest request)
        {
            using var scope = NewDisposeScope();
            long[] ids =
            [
                .. request.Prompt.SelectMany(id => Enumerable.Repeat((long)id, id == ImageToken && request.Images.Length > 0 ? 4 : 1)),
            ];
            using var run = PlainGeneration.Greedy(
                Model,
                tensor(ids).unsqueeze(0),
                [.. request.Images.Select(index => Images[index])],
                Stops,
                request.MaxNewTokens,
                keepLogits: true
            );
            var (two, _) = run.Logits![0].to(ScalarType.Float64).topk(2, -1);
            return (run.Tokens[0], (two.select(1, 0) - two.select(1, 1)).min().item<double>());
        }

        public void Dispose() => Model.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_request_gets_the_tokens_that_it_gets_alone(int seed, ScalarType type)
    {
        using var one = new Case(seed, type);

        var many = one.Many();

        Assert.Equal(Enumerable.Range(0, one.Requests.Length), many.Select(generated => generated.Request));
        Assert.All(
            many,
            generated =>
            {
                var (tokens, gap) = one.Alone(one.Requests[generated.Request]);
                Assert.Equal(tokens.AsEnumerable(), generated.Tokens);
                // Rounding of logits near 10.
                Assert.Equal(gap, generated.SmallestGap, type == ScalarType.Float64 ? 1e-10 : 1e-4);
            }
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_drawn_depends_on_the_seed_and_not_on_what_is_drawn_beside_it(int seed)
    {
        using var one = new Case(seed, ScalarType.Float64);
        GenerationRequest[] drawn =
        [
            .. one.Requests.SelectMany(
                (request, index) =>
                    Enumerable.Range(0, 3).Select(run => request with { Sampling = new(1.3, 0.9), Seed = (ulong)(10 * index + run) })
            ),
        ];

        var many = one.Many(requests: drawn);
        var single = one.Many(new() { Rows = 1 }, [.. drawn.Reverse()]);

        Assert.Equal(
            many.Select(generated => string.Join(",", generated.Tokens)),
            single.Reverse().Select(generated => string.Join(",", generated.Tokens))
        );
        var other = one.Many(requests: [.. drawn.Select(request => request with { Seed = request.Seed + 1000 })]);
        Assert.NotEqual(many.SelectMany(generated => generated.Tokens), other.SelectMany(generated => generated.Tokens));
    }

    [Fact]
    public void An_image_is_encoded_once_for_all_questions_on_it()
    {
        using var one = new Case(5, ScalarType.Float32);
        var encoded = new List<int>();
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(0, 12).Select(i => new GenerationRequest([1, ImageToken, 4 + i, 2], [i % 3], 3 + i)),
        ];
        var generated = ManyRequests.Continue(
            one.Model,
            requests,
            [.. one.Images.Select(image => image.Size)],
            which =>
            {
                encoded.AddRange(which);
                return one.Model.VisionFeatures([.. which.Select(index => one.Images[index])]);
            },
            [],
            new()
        );

        Assert.Equal(requests.Sum(request => request.MaxNewTokens), generated.Sum(one => one.Tokens.Length));
        Assert.Equal([0, 1, 2], encoded.Order());
    }

    [Fact]
    public void A_row_that_has_ended_is_given_at_once_and_the_others_can_be_stopped()
    {
        using var one = new Case(6, ScalarType.Float32);
        using var stop = new CancellationTokenSource();
        GenerationRequest[] requests = [new([1, 5, 2], [], 2), new([1, 6, 2], [], 5000)];
        var generated = ManyRequests.Continue(one.Model, requests, [], _ => [], [], new(), stop.Token).GetEnumerator();

        Assert.True(generated.MoveNext());
        Assert.Equal(0, generated.Current.Request);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => generated.MoveNext());
    }

    [Fact]
    public void Prompts_that_make_no_sense_and_models_that_give_no_numbers_are_refused()
    {
        using var one = new Case(7, ScalarType.Float32);
        Assert.Throws<ArgumentException>(() => one.Many(requests: [new([], [], 3)]));
        Assert.Throws<ArgumentException>(() => one.Many(requests: [new([1, 2], [0], 3)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.Many(requests: [new([1, 2], [], 0)]));
        using (no_grad())
        {
            one.Model.Parameters[^1].Value.fill_(double.NaN);
        }

        Assert.Contains("not finite", Assert.Throws<UserException>(() => one.Many(requests: [new([1, 2], [], 3)])).Message);
    }
}
