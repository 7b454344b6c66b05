using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;
using SVco.Evaluation.Report;
using SVco.Evaluation.Report.Evaluations;
using SVco.Evaluation.Results;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Report.Evaluations;

public sealed class EvaluationTableTests
{
    const int FewDraws = 50;

    [Fact]
    public void No_line_of_the_text_is_wider_than_a_terminal() =>
        Assert.All(
            EvaluationTable.Text(SampleEvaluation.Create(64, "a name that is rather long "), FewDraws).Split('\n'),
            line => Assert.InRange(line.Length, 0, 80)
        );

    [Fact]
    public void No_line_of_the_list_of_benchmarks_is_wider_than_a_terminal_and_all_that_is_needed_stands_there()
    {
        using var root = new TemporaryFolder();
        Assert.All(
            new[] { BenchmarkList.Text([]), BenchmarkList.Text(AllBenchmarks.Find(root.At())) },
            text =>
            {
                Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
                var words = string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
                Assert.All(
                    AllBenchmarks.Sources,
                    source =>
                    {
                        Assert.Contains($"{source.About}.", words);
                        Assert.Contains($"{source.Licence}; {source.Size}", words);
                        Assert.All(source.From, from => Assert.Contains(from.Address, words));
                    }
                );
            }
        );
    }

    [Fact]
    public void Scores_that_a_hand_can_add_up_stand_in_the_table_with_errors_signs_and_notes()
    {
        // 8 of 16 right before, all after; one answer of the second model is not judged.
        var text = EvaluationTable.Text(Result(item => item < 8, item => item == 0 ? null : true));
        Assert.Contains("50.0²", text);
        Assert.Contains("100.0¹!", text);
        // sqrt(0.5 * 0.5 / 15)
        Assert.Contains("±12.9", text);
        Assert.Contains("+100.0", text);
        Assert.Contains("[a] small: a subset.", text);
        Assert.Contains("1 of 16 of after", text);
        // Eight items against none: 2 / 2^8.
        Assert.Contains("0.008", text);
    }

    [Fact]
    public void A_lead_that_may_be_chance_is_marked_and_not_bold()
    {
        var result = Result(item => item < 8, item => item is < 8 or 9);
        Assert.Contains("56.2¹?", EvaluationTable.Text(result));
        Assert.DoesNotContain("**56", EvaluationTable.Markdown(result));
        Assert.Contains("**100", EvaluationTable.Markdown(Result(item => item < 8, _ => true)));
    }

    [Fact]
    public void Models_that_agree_everywhere_show_no_least_difference() =>
        Assert.Matches(@"\| 16 \| – \|", EvaluationTable.Markdown(Result(item => item < 8, item => item < 8), FewDraws));

    [Fact]
    public void Items_on_a_single_image_have_no_error_no_interval_and_no_bold_number()
    {
        var result = Changed(Result(item => item < 8, _ => true), item => item with { Group = "one" });
        var table = EvaluationTable.Markdown(result, FewDraws);
        Assert.Contains("100.0¹?", table);
        Assert.DoesNotContain("**100", table);
        Assert.DoesNotContain("±0.0", table);
        Assert.Contains("| 50.0 | 100.0 | \\+50.0 | – |", table);
    }

    [Fact]
    public void A_base_of_0_has_no_relative_change_and_the_table_says_so() =>
        Assert.Contains("no relative change", EvaluationTable.Text(Result(_ => false, _ => true)));

    [Fact]
    public void Where_no_checkpoint_can_be_chosen_the_table_says_why()
    {
        var result = Result(_ => false, _ => true);
        var choosing = new Choosing(0.25, 0, [result.Models[1].Name]);
        Assert.Contains(
            $"None of {result.Models[1].Name} can be chosen",
            string.Join(
                ' ',
                EvaluationTable.Text(result with { Choosing = choosing }).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            )
        );
        Assert.DoesNotContain("can be chosen", EvaluationTable.Text(result));
    }

    [Fact]
    public void A_reply_of_nan_is_told_where_it_makes_a_score_no_number()
    {
        var result = Result(_ => true, _ => true);
        var one = result.Models[1].Benchmarks[0];
        var verdicts = one.WithImages.Verdicts.SetItem(
            0,
            one.WithImages.Verdicts[0] with
            {
                Marks = one.WithImages.Verdicts[0].Marks.SetItem(one.Benchmark.Metrics[0].Mark, double.NaN),
            }
        );
        var text = EvaluationTable.Text(
            result with
            {
                Models =
                [
                    result.Models[0],
                    result.Models[1] with
                    {
                        Benchmarks = [one with { WithImages = one.WithImages with { Verdicts = verdicts } }],
                    },
                ],
            }
        );
        Assert.Contains("\"nan\" 1 times", string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Models_that_were_asked_other_items_are_not_compared()
    {
        var result = Result(_ => true, _ => true);
        var one = result.Models[1].Benchmarks[0];
        var fewer = one with { Benchmark = one.Benchmark with { Items = one.Benchmark.Items[..8] } };
        var error = Assert.Throws<UserException>(() =>
            EvaluationTable.Text(result with { Models = [result.Models[0], result.Models[1] with { Benchmarks = [fewer] }] })
        );
        Assert.Contains("other items of small", error.Message);
    }

    [GoldenFact("evaluation")]
    public void Scores_like_those_of_the_official_table_have_its_relative_changes_and_visual_dependencies()
    {
        foreach (var family in Golden.Json(Golden.PathOf("evaluation", "table1.json")).EnumerateObject())
        {
            string[] names = [.. family.Value.GetProperty("base").EnumerateObject().Select(metric => metric.Name)];
            var result = new EvaluationResult(
                family.Name,
                [Model("base", "base_without_image"), Model("tuned", "tuned_without_image")],
                [],
                [],
                ""
            );
            var numbers = EvaluationNumbers.Of(result, FewDraws);
            var tuned = numbers.Table.Rows[1];
            foreach (var (at, name) in names.Index())
            {
                Assert.Equal(Number("relative_change_percent", name), tuned.Cells[at]!.Change!.Value, 1e-9);
                if (family.Value.GetProperty("visual_dependency_percent").TryGetProperty(name, out var dependency))
                {
                    Assert.Equal(dependency.GetDouble(), numbers.Table.Rows[0].Cells[at]!.VisualDependency!.Value, 1e-9);
                }
            }

            var average = family.Value.GetProperty("average_improvement_percent").GetDouble();
            Assert.Equal(average, tuned.Improvement!.Percent, 1e-9);
            Assert.Contains(NumberText.Signed(average), EvaluationTable.Text(result, FewDraws));

            double Number(string group, string name) => family.Value.GetProperty(group).GetProperty(name).GetDouble();

            EvaluatedModel Model(string model, string unseen) =>
                new(
                    model,
                    "",
                    [
                        .. names.Select(name => new EvaluatedBenchmark(
                            Benchmark(name),
                            Graded(Number(model, name)),
                            Graded(Number(unseen, name))
                        )),
                    ]
                );
        }

        static Benchmark Benchmark(string name) =>
            new(
                name,
                name,
                [Item(0), Item(1)],
                [new("score", "mark", HigherIsBetter: !name.Contains("hallucination")) { Over = Over.Items, Scale = 1 }]
            );

        static GradedAnswers Graded(double score) =>
            new(
                [new("0", 0, "", []), new("1", 0, "", [])],
                [new("0", 0, Marks.Of(("mark", score))), new("1", 0, Marks.Of(("mark", score)))]
            );
    }

    [Fact]
    public void Perplexity_is_exp_of_the_mean_negative_log_probability_of_all_tokens()
    {
        var perplexities = MeasuredPerplexity.Of(
            [
                new("m", "original", ["a", "b"], [-1, -2], [-3, -4], [-2, -2]) { Contrast = [false, true] },
                new("m", "original", ["c"], [-3], [-5], [-2]),
            ],
            FewDraws
        );
        Assert.Equal(Math.Exp(2), Value("all", "matching"), 1e-12);
        Assert.Equal(Math.Exp(4), Value("all", "mismatching"), 1e-12);
        Assert.Equal(Math.Exp(2), Value("contrast", "matching"), 1e-12);

        double Value(string tokens, string image) => perplexities.Single(one => one.Tokens == tokens && one.Image == image).Value;
    }

    [Fact]
    public void Perplexities_stand_in_the_terminal_and_in_Markdown()
    {
        ImmutableArray<CaptionLogProbs> captions =
        [
            new("before", "chosen", ["a", "b"], [-1, -2], [-3, -4], [-2, -2]),
            new("before", "chosen", ["c"], [-3], [-5], [-2]),
        ];
        var result = Result(item => item < 8, _ => true) with { Captions = captions };
        Assert.All(
            [EvaluationTable.Text(result, FewDraws), EvaluationTable.Markdown(result, FewDraws)],
            text => Assert.Matches("Perplexity of chosen captions[^$]*7.39", text)
        );
    }

    static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Average_improvements_over_different_numbers_are_named_and_not_ranked()
    {
        var result = Result(item => item < 8, item => item < 12);
        var second = Named("second");
        var whole = result with
        {
            Models =
            [
                result.Models[0] with
                {
                    Benchmarks = [result.Models[0].Benchmarks[0], Named("second", result.Models[0])],
                },
                result.Models[1] with
                {
                    Benchmarks = [result.Models[1].Benchmarks[0], second],
                },
                result.Models[1] with
                {
                    Name = "half",
                },
            ],
        };
        var text = Words(EvaluationTable.Text(whole, FewDraws));
        Assert.Contains("not ranked: after over small accuracy, second accuracy; half over small accuracy.", text);
        Assert.Contains(@"average improvement \[M\]", EvaluationTable.Markdown(whole, FewDraws));
        Assert.DoesNotContain("[M]", EvaluationTable.Text(result, FewDraws));

        EvaluatedBenchmark Named(string name, EvaluatedModel? model = null) =>
            (model ?? result.Models[1]).Benchmarks[0] is var one ? one with { Benchmark = one.Benchmark with { Name = name } } : null!;
    }

    [Theory]
    [InlineData("temperature=none top_p=1 runs=1 precision=fp32", "")]
    [InlineData("temperature=1.5 top_p=0.9 runs=3 precision=fp32", "All models: drawn at temperature 1.5, top-p 0.9, 3 runs, in fp32.")]
    [InlineData("temperature=none precision=bf16 behaviour=corrected", "All models: greedy, in bf16, corrected prompts.")]
    public void How_answers_were_drawn_is_told_where_it_is_not_as_usual(string settings, string note)
    {
        var result = Result(item => item < 8, _ => true) with { Settings = SettingsOf(settings) };
        var text = Words(EvaluationTable.Text(result, FewDraws));
        Assert.Equal(note.Length > 0, text.Contains("[S]", StringComparison.Ordinal));
        Assert.Contains(note, text);
    }

    [Fact]
    public void Models_that_were_asked_differently_in_joined_evaluations_are_told_each()
    {
        var result = Result(item => item < 8, _ => true);
        var joined = JoinedEvaluations.Join([
            result with
            {
                Name = "one",
                Models = [result.Models[0]],
                Settings = SettingsOf("temperature=none precision=fp32"),
            },
            result with
            {
                Name = "two",
                Settings = SettingsOf("temperature=1.5 precision=fp32"),
            },
        ]);
        Assert.Equal(["before", "before (two)", "after"], joined.Models.Select(model => model.Name));
        var text = Words(EvaluationTable.Text(joined, FewDraws));
        Assert.Contains("before greedy, in fp32; before (two) and after drawn at temperature 1.5, in fp32.", text);
        Assert.Contains(@"| after \[S\] |", EvaluationTable.Markdown(joined, FewDraws));
    }

    static ImmutableArray<(string, string)> SettingsOf(string settings) =>
        [.. settings.Split(' ').Select(setting => setting.Split('=')).Select(parts => (parts[0], parts[1]))];

    [Fact]
    public void Several_judgements_have_their_runs_their_deviation_and_the_judge_s_share()
    {
        var result = Result(item => item < 8, item => item < 8);
        var twice = result with
        {
            Models = [.. result.Models.Select(model => model with { Benchmarks = [.. model.Benchmarks.Select(Again)] })],
        };
        var text = EvaluationTable.Markdown(twice, FewDraws);
        // Items 0 to 7 are right twice, 8 to 11 once: runs of 8 and 12 of 16. Within items 4 * 0.5 / 16; their means vary by 0.2, half of 0.125 of it the judge's.
        var judge = 4 * 0.5 / 16;
        double[] means =
        [
            .. Enumerable
                .Range(0, 16)
                .Select(item =>
                    item < 8 ? 1
                    : item < 12 ? 0.5
                    : 0
                ),
        ];
        var items = means.Sum(mean => Math.Pow(mean - means.Average(), 2)) / 15 - (judge / 2);
        Assert.Contains($"| small accuracy | after | 50.0, 75.0 | 12.5 | {NumberText.Of(100 * judge / (judge + items))} |", text);
        Assert.Contains("Spread over runs", EvaluationTable.Text(twice, FewDraws));
        Assert.DoesNotContain("Spread over runs", EvaluationTable.Text(result, FewDraws));

        static EvaluatedBenchmark Again(EvaluatedBenchmark one) =>
            one with
            {
                WithImages = one.WithImages with
                {
                    Verdicts =
                    [
                        .. one.WithImages.Verdicts,
                        .. one.WithImages.Verdicts.Select(
                            (verdict, item) => verdict with { Run = 1, Marks = Marks.Of((Marks.Official, item < 12 ? 1 : 0)) }
                        ),
                    ],
                },
            };
    }

    [Fact]
    public void Replies_that_the_official_rule_cannot_read_and_counts_are_told()
    {
        var result = Result(item => item < 8, _ => true);
        var judge = new MmHalJudge(["cat"], "?", "!", JudgePrompts.SVco);
        var one = result.Models[1].Benchmarks[0];
        var unread = one with
        {
            WithImages = one.WithImages with
            {
                Verdicts =
                [
                    .. one.WithImages.Verdicts.Select(
                        (verdict, item) => item < 3 ? verdict with { Marks = judge.GiveUp(["no number", "none", "none", "none"]) } : verdict
                    ),
                ],
            },
        };
        var text = Words(
            EvaluationTable.Text(result with { Models = [result.Models[0], result.Models[1] with { Benchmarks = [unread] }] }, FewDraws)
        );
        Assert.Contains("small: replies of the judge could not be read: 3 of 16 of after.", text);
        Assert.Contains("counts them as score 0, hallucination 1, informativeness 0;", text);
        Assert.Contains("[a,J]", text);
        Assert.DoesNotContain("could not be read", EvaluationTable.Text(result, FewDraws));
    }

    static EvaluationResult Changed(EvaluationResult result, Func<Item, Item> change) =>
        result with
        {
            Models =
            [
                .. result.Models.Select(model =>
                    model with
                    {
                        Benchmarks =
                        [
                            .. model.Benchmarks.Select(one =>
                                one with
                                {
                                    Benchmark = one.Benchmark with { Items = [.. one.Benchmark.Items.Select(change)] },
                                }
                            ),
                        ],
                    }
                ),
            ],
        };

    static Item Item(int number) => new($"{number}", "", $"{number}", null, "?", new ItemTask.Write(new LetterGrader(["x", "y"], 0), 8));

    static EvaluationResult Result(Func<int, bool?> before, Func<int, bool?> after)
    {
        ImmutableArray<Item> items = [.. Enumerable.Range(0, 16).Select(Item)];
        var benchmark = new Benchmark("small", "general", items, [new("accuracy", Marks.Official) { Over = Over.Items }]);
        return new("hand", [Model("before", before), Model("after", after)], [new("small", "by hand", "", ["a subset"])], [], "");

        EvaluatedModel Model(string name, Func<int, bool?> isRight) =>
            new(
                name,
                "",
                [
                    new(
                        benchmark,
                        new(
                            [.. items.Select(item => new Answer(item.Id, 0, "A", []))],
                            [
                                .. items
                                    .Index()
                                    .Select(item => new Verdict(
                                        item.Item.Id,
                                        0,
                                        isRight(item.Index) is { } right ? Marks.Of((Marks.Official, right ? 1 : 0)) : Marks.None
                                    )),
                            ]
                        ),
                        GradedAnswers.None
                    ),
                ]
            );
    }
}
