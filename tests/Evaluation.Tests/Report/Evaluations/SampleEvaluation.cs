using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Report.Evaluations;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Tests.Report.Evaluations;

/// <summary>An evaluation of three models on benchmarks of the eight's shapes, drawn by a seed: nothing in it was measured.</summary>
static class SampleEvaluation
{
    /// <summary>A picture of some rectangles.</summary>
    sealed record Rectangles(int Seed) : ImageSource.Drawn
    {
        const int Width = 320;
        const int Height = 240;

        public override RgbImage Draw()
        {
            var random = new Random(Seed);
            var pixels = new byte[Width * Height * 3];
            for (var i = 0; i < 9; i++)
            {
                var (left, top) = (i == 0 ? 0 : random.Next(Width), i == 0 ? 0 : random.Next(Height));
                var (right, bottom) = (i == 0 ? Width : random.Next(left, Width), i == 0 ? Height : random.Next(top, Height));
                byte[] colour = [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)];
                for (var y = top; y < bottom; y++)
                {
                    for (var x = left; x < right; x++)
                    {
                        colour.CopyTo(pixels, 3 * ((y * Width) + x));
                    }
                }
            }

            return new(Width, Height, pixels);
        }
    }

    enum Kind
    {
        Letters,
        Fractions,
        Judge,
        Hallucination,
        Reference,
    }

    static readonly ImmutableArray<(string Name, string Domain, Kind Kind, string[] Categories, string[] Tags, double[] Shares)> Shapes =
    [
        (
            "MMHal",
            "hallucination",
            Kind.Hallucination,
            ["attribute", "adversarial", "comparison", "counting", "relation", "environment", "holistic", "other"],
            [],
            [0.42, 0.5, 0.56]
        ),
        (
            "CV-Bench",
            "vision-centric",
            Kind.Letters,
            ["2D/ADE20K", "2D/COCO", "3D/Omni3D"],
            ["Count", "Relation", "Depth", "Distance"],
            [0.55, 0.6, 0.66]
        ),
        ("MMVP", "vision-centric", Kind.Letters, [], [], [0.3, 0.34, 0.5]),
        ("RealWorldQA", "vision-centric", Kind.Letters, [], ["letter", "word"], [0.5, 0.52, 0.56]),
        ("MM-Vet", "general", Kind.Judge, [], ["rec", "ocr", "know", "gen", "spat", "math"], [0.3, 0.33, 0.38]),
        ("LLaVA-Bench", "general", Kind.Reference, ["conv", "detail", "complex"], [], [0.55, 0.58, 0.62]),
        ("TextVQA", "general", Kind.Fractions, [], [], [0.56, 0.57, 0.58]),
        ("ScienceQA", "knowledge", Kind.Letters, ["natural science", "social science", "language science"], [], [0.68, 0.67, 0.7]),
    ];

    /// <summary>Makes the evaluation.</summary>
    /// <param name="items">How many items in all, in equal parts.</param>
    /// <param name="text">What each text from outside begins with.</param>
    /// <param name="pictures">How many different pictures.</param>
    public static EvaluationResult Create(int items, string text = "", int pictures = int.MaxValue)
    {
        ImmutableArray<string> models = [$"{text}llava-interleave-7b", $"{text}DPO", $"{text}S-VCO"];
        var benchmarks = Shapes.Select(shape => BenchmarkOf(shape, items / Shapes.Length, text, pictures)).ToArray();
        return new(
            $"{text}sample",
            [
                .. models.Select(
                    (name, model) =>
                        new EvaluatedModel(
                            name,
                            $"{text}runs/{model}/checkpoint",
                            [
                                .. benchmarks.Select(
                                    (benchmark, at) =>
                                        new EvaluatedBenchmark(
                                            benchmark,
                                            Answered(benchmark, Shapes[at], Shapes[at].Shares[model], (model * 100) + at, text),
                                            Answered(
                                                benchmark,
                                                Shapes[at],
                                                Shapes[at].Shares[model] * (at + 1) / 10,
                                                1000 + (model * 100) + at,
                                                text
                                            )
                                        )
                                ),
                            ]
                        )
                ),
            ],
            [
                .. benchmarks.Select(
                    (benchmark, at) =>
                        new BenchmarkNotes(
                            benchmark.Name,
                            $"{text}official files in /data/{Shapes[at].Name}",
                            Shapes[at].Kind is Kind.Letters or Kind.Fractions ? "" : $"{text}recorded, by SVco's prompts",
                            at == 2 ? [$"{text}a subset: {benchmark.Items.Length} of 300 items, seed 0"] : []
                        )
                ),
            ],
            [($"{text}decoding", $"{text}greedy"), ("data type", "bfloat16")],
            $"{text}./svco eval experiments/eval_paper.csx --models base=... svco=runs/svco/checkpoint --data ROOT"
        );
    }

    /// <summary>Captions of two models.</summary>
    public static ImmutableArray<CaptionLogProbs> Captions(int count) =>
        [
            .. from model in new[] { "base", "S-VCO" }
            from caption in new[] { "original", "edited" }
            from at in Enumerable.Range(0, count)
            let random = new Random(at)
            let near = random.NextDouble()
            select new CaptionLogProbs(
                model,
                caption,
                ["a", " red", " cat"],
                [-0.5 - near, -0.6, -0.4],
                [-0.5 - near, model == "base" ? -1 : -4, -0.4],
                [-0.6 - near, -1.2, -0.5]
            )
            {
                Contrast = [false, true, false],
            },
        ];

    static Benchmark BenchmarkOf(
        (string Name, string Domain, Kind Kind, string[] Categories, string[] Tags, double[] Shares) shape,
        int count,
        string text,
        int pictures
    ) =>
        new(
            text + shape.Name,
            text + shape.Domain,
            [
                .. Enumerable
                    .Range(1, count)
                    .Select(number => new Item(
                        $"{text}{number}",
                        shape.Categories.Length == 0 ? "" : text + shape.Categories[number % shape.Categories.Length],
                        shape.Name == "MMVP" ? $"{number / 2}" : $"{number}",
                        new Rectangles((shape.Name.Length * 10_000 + number) % pictures),
                        $"{text}Which colour has the rectangle number {number} of the picture, and is it left of the other one?\nA. red\nB. blue",
                        new ItemTask.Write(new LetterGrader([$"{text}red", $"{text}blue"], number % 2), 128)
                    )
                    {
                        Tags = shape.Tags.Length == 0 ? [] : [text + shape.Tags[number % shape.Tags.Length]],
                    }),
            ],
            shape.Kind switch
            {
                Kind.Letters when shape.Name == "MMVP" => PaperMetrics.Mmvp(Behaviour.Official),
                Kind.Letters when shape.Name == "CV-Bench" => PaperMetrics.CvBench(Behaviour.Official),
                Kind.Letters => PaperMetrics.RealWorldQa(Behaviour.Official),
                Kind.Fractions => PaperMetrics.TextVqa(Behaviour.Official),
                Kind.Judge => PaperMetrics.MmVet(Behaviour.Official),
                Kind.Reference => PaperMetrics.LlavaBench(Behaviour.Official),
                _ => PaperMetrics.MmHal(Behaviour.Official),
            }
        );

    static GradedAnswers Answered(
        Benchmark benchmark,
        (string Name, string Domain, Kind Kind, string[] Categories, string[] Tags, double[] Shares) shape,
        double share,
        int seed,
        string text
    )
    {
        var random = new Random(seed);
        return new(
            [
                .. benchmark.Items.Select(item => new Answer(
                    item.Id,
                    0,
                    random.Next(20) == 0
                        ? text
                        : $"{text}The answer is {(random.Next(2) == 0 ? "red" : "blue")}, since the one beside it is larger.",
                    []
                )),
            ],
            [
                .. benchmark.Items.Select(item =>
                {
                    // Equal items are easy or hard for all models.
                    var luck =
                        (0.6 * new Random(item.Id.Length + item.Id[^1] + (37 * int.Parse(item.Id[text.Length..]))).NextDouble())
                        + (0.4 * random.NextDouble());
                    return new Verdict(
                        item.Id,
                        0,
                        shape.Kind != Kind.Letters && random.Next(60) == 0 && shape.Kind != Kind.Fractions
                            ? Marks.None
                            : MarksOf(shape.Kind, luck < share, random),
                        shape.Kind is Kind.Letters or Kind.Fractions
                            ? ""
                            : $"{text}The judge compares the colours and finds that one is named.\nRating: 4"
                    );
                }),
            ]
        );
    }

    static ImmutableSortedDictionary<string, double> MarksOf(Kind kind, bool isGood, Random random)
    {
        var mark = isGood ? 1.0 : 0;
        switch (kind)
        {
            case Kind.Letters:
                return Marks.Of(
                    (Marks.Official, random.Next(12) == 0 ? 0 : mark),
                    (Marks.Corrected, mark),
                    (Marks.Unread, random.Next(30) == 0 ? 1 : 0)
                );
            case Kind.Fractions:
                mark = isGood ? 1 : random.Next(3) * 0.3;
                return Marks.Of((Marks.Official, mark), (Marks.Corrected, mark), (Marks.Unread, 0));
            case Kind.Judge:
                mark = isGood ? 0.6 + (0.1 * random.Next(5)) : 0.1 * random.Next(4);
                return Marks.Of((Marks.Official, mark), (Marks.Corrected, mark));
            case Kind.Reference:
                mark = isGood ? 8 : 4;
                return Marks.Of(
                    (Marks.Official, mark),
                    (Marks.OfficialReference, 8),
                    (Marks.Corrected, mark),
                    (Marks.CorrectedReference, 8)
                );
            default:
                mark = isGood ? random.Next(3, 7) : random.Next(3);
                return Marks.Of(
                    (Marks.Official, mark),
                    (Marks.OfficialHallucination, mark < 3 ? 1 : 0),
                    (Marks.OfficialInformativeness, mark % 4),
                    (Marks.Corrected, mark),
                    (Marks.CorrectedHallucination, mark < 3 ? 1 : 0),
                    (Marks.CorrectedInformativeness, mark % 4)
                );
        }
    }
}
