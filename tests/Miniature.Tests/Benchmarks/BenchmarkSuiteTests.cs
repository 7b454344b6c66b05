using FsCheck.Xunit;
using SVco.Core.Data;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Tests;

public class BenchmarkSuiteTests
{
    static readonly BenchmarkSuite Suite = BenchmarkSuite.Draw(Split.Test, 60);

    static ChoiceBenchmark Of(string name) => Suite.Choices.Single(benchmark => benchmark.Name == name);

    static Scene SceneOf(ChoiceItem item) => ((ScenePicture)item.Image).Scene;

    static double Score(string name, Func<ChoiceItem, int> pick) => Of(name).Score([.. Of(name).Items.Select(pick)]).Percent;

    [Property(MaxTest = 20)]
    public bool Items_are_the_same_for_a_seed_and_fewer_are_the_first_of_more(ulong seed)
    {
        var (few, many) = (BenchmarkSuite.Draw(Split.Validation, 2, seed), BenchmarkSuite.Draw(Split.Validation, 5, seed));
        return few.Choices.Zip(many.Choices)
                .All(pair =>
                    pair.First.Items.GroupBy(item => item.Part)
                        .Zip(pair.Second.Items.GroupBy(item => item.Part))
                        .All(part => part.First.Zip(part.Second).All(item => Same(item.First, item.Second)))
                )
            && many.Hallucination.Items.Take(2).SequenceEqual(few.Hallucination.Items)
            && many.General.Items.Take(8).SequenceEqual(few.General.Items)
            && many.Captions.Take(2).SequenceEqual(few.Captions);

        static bool Same(ChoiceItem a, ChoiceItem b) => a with { Choices = b.Choices } == b && a.Choices.SequenceEqual(b.Choices);
    }

    [Fact]
    public void Validation_and_test_show_no_scene_in_common_and_none_of_another_split()
    {
        var validation = Scenes(BenchmarkSuite.Draw(Split.Validation, 60)).ToHashSet();
        var test = Scenes(Suite).ToHashSet();

        Assert.All(validation, scene => Assert.Equal(Split.Validation, World.SplitOf(scene)));
        Assert.All(test, scene => Assert.Equal(Split.Test, World.SplitOf(scene)));
        Assert.Empty(validation.Intersect(test));

        static IEnumerable<Scene> Scenes(BenchmarkSuite suite) =>
            [
                .. suite.Choices.SelectMany(benchmark => benchmark.Items).Select(SceneOf),
                .. suite.Hallucination.Items.Concat(suite.General.Items).Select(item => item.Scene),
                .. suite.Captions.SelectMany(pair => new[] { pair.W, pair.L }).Select(side => ((ScenePicture)side.Image).Scene),
            ];
    }

    [Fact]
    public void Each_part_has_as_many_groups_as_asked_for()
    {
        string[] expected =
        [
            "MMVP/attribute 60",
            "MMVP/count 60",
            "MMVP/object 60",
            "MMVP/position 60",
            "CV-Bench/count 60",
            "CV-Bench/position 60",
            "RWQA/colour 60",
            "RWQA/object 60",
            "yes/no/object 120",
            "SQA/facts 60",
            "refusal/claim 60",
            "refusal/none 60",
        ];
        var parts = Suite.Choices.SelectMany(benchmark =>
            benchmark
                .Items.GroupBy(item => item.Part)
                .OrderBy(part => part.Key, StringComparer.Ordinal)
                .Select(part => $"{benchmark.Name}/{part.Key} {part.Select(item => item.Group).Distinct().Count()}")
        );

        Assert.Equal(expected, parts);
        Assert.Equal(60, Suite.Hallucination.Items.Length);
        Assert.All(Suite.General.Items.CountBy(item => item.Style), style => Assert.Equal(60, style.Value));
        Assert.Equal(60, Suite.Captions.Length);
    }

    [Fact]
    public void The_right_choice_follows_from_the_scene_and_no_other_does()
    {
        foreach (var item in new[] { "MMVP", "CV-Bench", "RWQA" }.SelectMany(name => Of(name).Items))
        {
            Assert.Equal(item.Choices.Length, item.Choices.Distinct().Count());
            Assert.All(
                item.Choices,
                (choice, index) => Assert.Equal(index == item.Correct, SceneReading.Answers(item.Query, choice, SceneOf(item)))
            );
        }
    }

    [Fact]
    public void Yes_or_no_is_exactly_balanced_and_follows_from_the_scene()
    {
        var items = Of(BenchmarkSuite.YesNoName).Items;

        Assert.Equal(items.Length, 2 * items.Count(item => item.Choices[item.Correct] == "yes ."));
        Assert.All(
            items,
            item =>
                Assert.Equal(
                    item.Choices[item.Correct] == "yes .",
                    SceneOf(item).Kinds.Any(kind => item.Query.Contains($"{kind}", StringComparison.OrdinalIgnoreCase))
                )
        );
        Assert.Equal(50, Score(BenchmarkSuite.YesNoName, _ => 0));
    }

    [Fact]
    public void A_claim_is_true_and_refuted_as_often_and_follows_from_the_scene()
    {
        var claims = Of(BenchmarkSuite.RefusalName).Items.Where(item => item.Part == "claim").ToArray();

        Assert.Equal(claims.Length, 2 * claims.Count(item => item.Correct == 0));
        Assert.All(
            claims,
            item =>
                Assert.Equal(
                    item.Correct == 0,
                    SceneReading.IsTrueOf(item.Query.Replace("is it true that ", "").Replace(" ? short answer .", " ."), SceneOf(item))
                )
        );
    }

    [Fact]
    public void None_of_these_is_right_exactly_when_no_option_is_and_as_often_as_not()
    {
        var items = Of(BenchmarkSuite.RefusalName).Items.Where(item => item.Part == "none").ToArray();

        Assert.Equal(items.Length, 2 * items.Count(item => item.Choices[item.Correct] == "none of these ."));
        Assert.All(
            items,
            item =>
            {
                var right = item.Choices.SkipLast(1).Where(choice => SceneReading.Answers(item.Query, choice, SceneOf(item)));
                Assert.Equal(item.Choices[item.Correct], right.SingleOrDefault("none of these ."));
            }
        );
        Assert.All(items.GroupBy(item => item.Group), group => Assert.Single(group.Select(item => item.Choices.Length).Distinct()));
    }

    [Fact]
    public void Who_does_not_look_scores_nothing_on_contrasts_and_refusal_and_who_knows_scores_all()
    {
        Assert.Equal(0, Score(BenchmarkSuite.MmvpName, _ => 0));
        Assert.Equal(0, Score(BenchmarkSuite.RefusalName, _ => 0));
        Assert.Equal(0, Score(BenchmarkSuite.RefusalName, item => item.Choices.Length - 1));
        Assert.Equal(0, Score(BenchmarkSuite.CvBenchName, _ => -1));
        Assert.All(
            Suite.Choices,
            benchmark => Assert.Equal(100, benchmark.Score([.. benchmark.Items.Select(item => item.Correct)]).Percent)
        );
    }

    [Fact]
    public void A_group_counts_only_when_all_of_it_is_right_and_parts_count_equally()
    {
        ChoiceItem Item(string part, int group) => new(part, group, new ImageSource.File("x"), "q", ["a", "b"], 0);
        var benchmark = new ChoiceBenchmark("b", [Item("x", 0), Item("x", 0), Item("x", 1), Item("x", 1), Item("y", 0)]);

        var score = benchmark.Score([0, 0, 0, 1, 0]);

        Assert.Equal(50, score.Parts["x"]);
        Assert.Equal(100, score.Parts["y"]);
        Assert.Equal(75, score.Percent);
        Assert.Throws<ArgumentException>(() => benchmark.Score([0]));
    }

    [Fact]
    public void Knowledge_holds_forty_facts_each_true_of_what_is_usual()
    {
        Assert.Equal(40, Knowledge.Questions.Length);
        Assert.Equal(40, Knowledge.Questions.Select(fact => fact.Question).Distinct().Count());
        Assert.All(
            Knowledge.Questions.Where(fact => fact.Question.StartsWith("what colour")),
            fact =>
            {
                var kind = Enum.GetValues<Kind>().Single(kind => fact.Question.Contains(Lexicon.Noun(kind, 2)));
                Assert.Contains($"{Facts.Colour(kind)}", fact.Answers[fact.Correct], StringComparison.OrdinalIgnoreCase);
            }
        );
    }

    [Property]
    public bool The_judges_give_full_marks_to_the_truth_in_the_style_asked_for(ulong seed)
    {
        var suite = BenchmarkSuite.Draw(Split.Test, 2, seed);
        return suite.General.Score([.. suite.General.Items.Select(Truth)]) is { Content: 100, Strict: 100, Style: 100 }
            && suite.Hallucination.Score([.. suite.Hallucination.Items.Select(Truth)])
                is { Content: 100, Strict: 100, WrongKind: 0, Grammatical: 100 };
    }

    [Property]
    public bool The_lenient_judge_accepts_the_truth_in_conversation_and_the_strict_one_does_not(ulong seed)
    {
        var items = BenchmarkSuite.Draw(Split.Test, 2, seed).General.Items;
        return items
            .Where(item => item.Style != AnswerStyle.List)
            .All(item =>
            {
                var text =
                    (
                        item.Slot is { } slot
                            ? Grammar.Answer(item.Scene, slot, AnswerStyle.Conversational, "well ,")
                            : Grammar.ConversationalCaption(item.Scene, "well ,")
                    ) + " birds sing nearby .";
                return Judge.Content(item, text) == 1 && Judge.Strict(item, text) == 0;
            });
    }

    [Property]
    public bool A_caption_with_a_wrong_slot_loses_marks_and_a_wrong_kind_is_found(ulong seed)
    {
        var rng = new SplitMix64(seed);
        return Contrast.Types.All(type =>
        {
            var contrast = Contrast.Draw(new World(Priors.Uniform, Split.Test), type, rng);
            var item = new WritingItem(contrast.Original, Lexicon.CaptionPrompts[0], AnswerStyle.Caption);
            var wrong = Grammar.Caption(contrast.Edited);
            return Judge.Content(item, wrong) is > 0 and < 1
                && Judge.Strict(item, wrong) == Judge.Content(item, wrong)
                && Judge.NamesWrongKind(contrast.Original, wrong) == (type == ContrastType.Object);
        });
    }

    [Theory]
    [InlineData("red . blue .", 0)]
    [InlineData("the cup is red .", 1)]
    [InlineData("Red.", 1)]
    [InlineData("blue .", 0)]
    [InlineData("", 0)]
    public void An_answer_counts_only_with_the_right_word_and_no_wrong_one(string response, double content)
    {
        var scene = new Scene.Group(new(Kind.Cup, Colour.Red, Size.Small), 1, Background.Sand, 7);
        var item = new WritingItem(scene, "what colour is the cup ? short answer .", AnswerStyle.Short, Slot.Colour);

        Assert.Equal(content, Judge.Content(item, response));
    }

    [Theory]
    [InlineData("there is one small red cup on the sand .", false)]
    [InlineData("two cups .", false)]
    [InlineData("a cup and a fish .", true)]
    [InlineData("there is one small red .", true)]
    [InlineData("", true)]
    public void A_caption_that_names_a_missing_kind_or_none_is_a_hallucination(string response, bool wrong)
    {
        var scene = new Scene.Group(new(Kind.Cup, Colour.Red, Size.Small), 1, Background.Sand, 7);

        Assert.Equal(wrong, Judge.NamesWrongKind(scene, response));
    }

    [Fact]
    public void No_style_needs_more_words_than_room_is_left_for()
    {
        var rng = new SplitMix64(8);
        var longest = Enumerable
            .Range(0, 200)
            .Max(_ => Grammar.ConversationalCaption(new World(Priors.Uniform, Split.Test).Couple(rng), "of course ,").Split(' ').Length);

        Assert.InRange(longest, 1, WritingBenchmark.MostWords);
    }

    static string Truth(WritingItem item) =>
        item.Style switch
        {
            AnswerStyle.Caption => Grammar.Caption(item.Scene),
            AnswerStyle.List => Grammar.List(item.Scene),
            _ => Grammar.Answer(item.Scene, item.Slot!.Value, item.Style),
        };
}
