using System.Collections.Immutable;
using System.Text.Json;
using FsCheck.Xunit;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Files;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Tests;

public class BenchmarkSuiteTests
{
    static readonly ImmutableArray<Benchmark> Suite = BenchmarkSuite.Draw(Split.Test, 60);

    static readonly Benchmark[] Choices = [.. Suite.Where(benchmark => benchmark.Items[0].Task is ItemTask.Choose)];

    static Benchmark Of(string name) => Suite.Single(benchmark => benchmark.Name == name);

    static Scene SceneOf(Item item) => ((ScenePicture)item.Image!).Scene;

    static ItemTask.Choose Choice(Item item) => (ItemTask.Choose)item.Task;

    static SceneGrader Grader(Item item) => (SceneGrader)((ItemTask.Write)item.Task).Grader;

    /// <summary>The score of picks: for each item the index of an option, or -1 where none is the most probable.</summary>
    static double ScoreOf(string name, Func<Item, int> pick) =>
        ScoreOf(
            Of(name),
            item => new Answer(
                item.Id,
                0,
                "",
                [.. Choice(item).Options.Select((_, option) => option == pick(item) || pick(item) < 0 ? -1.0 : -2.0)]
            )
        );

    static double ScoreOf(Benchmark benchmark, Func<Item, Answer> answer) =>
        Score
            .Of(benchmark.Metrics.Single(), benchmark.Items, benchmark.Items.Select(item => Verdict.Of(item, answer(item), _ => "")))
            .Value;

    [Property(MaxTest = 20)]
    public bool Items_are_the_same_for_a_seed_and_fewer_are_the_first_of_more(ulong seed)
    {
        var (few, many) = (BenchmarkSuite.Draw(Split.Validation, 2, seed), BenchmarkSuite.Draw(Split.Validation, 5, seed));
        return few.Zip(many)
                .All(pair =>
                    pair.First.Items.GroupBy(item => item.Category)
                        .Zip(pair.Second.Items.GroupBy(item => item.Category))
                        .All(category => category.First.Zip(category.Second).All(item => Same(item.First, item.Second)))
                )
            && BenchmarkSuite.Captions(Split.Validation, 5, seed).Take(2).SequenceEqual(BenchmarkSuite.Captions(Split.Validation, 2, seed));

        static bool Same(Item a, Item b) =>
            a with { Task = b.Task } == b
            && (a.Task == b.Task || Choice(a).Options.SequenceEqual(Choice(b).Options) && Choice(a).Correct == Choice(b).Correct);
    }

    [Fact]
    public void Validation_and_test_show_no_scene_in_common_and_none_of_another_split()
    {
        var validation = Scenes(Split.Validation).ToHashSet();
        var test = Scenes(Split.Test).ToHashSet();

        Assert.All(validation, scene => Assert.Equal(Split.Validation, World.SplitOf(scene)));
        Assert.All(test, scene => Assert.Equal(Split.Test, World.SplitOf(scene)));
        Assert.Empty(validation.Intersect(test));

        static IEnumerable<Scene> Scenes(Split split) =>
            [
                .. BenchmarkSuite.Draw(split, 60).SelectMany(benchmark => benchmark.Items).Select(SceneOf),
                .. BenchmarkSuite
                    .Captions(split, 60)
                    .SelectMany(pair => new[] { pair.W, pair.L })
                    .Select(side => ((ScenePicture)side.Image).Scene),
            ];
    }

    [Fact]
    public void Each_category_has_as_many_groups_as_asked_for()
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
        var categories = Choices.SelectMany(benchmark =>
            benchmark
                .Items.GroupBy(item => item.Category)
                .OrderBy(category => category.Key, StringComparer.Ordinal)
                .Select(category => $"{benchmark.Name}/{category.Key} {category.Select(item => item.Group).Distinct().Count()}")
        );

        Assert.Equal(expected.Order(StringComparer.Ordinal), categories.Order(StringComparer.Ordinal));
        Assert.Equal(60, Of(BenchmarkSuite.HallucinationName).Items.Length);
        Assert.All(Of(BenchmarkSuite.GeneralName).Items.CountBy(item => Grader(item).Style), style => Assert.Equal(60, style.Value));
        Assert.Equal(60, BenchmarkSuite.Captions(Split.Test, 60).Length);
    }

    [Fact]
    public void The_right_choice_follows_from_the_scene_and_no_other_does()
    {
        foreach (var item in new[] { "MMVP", "CV-Bench", "RWQA" }.SelectMany(name => Of(name).Items))
        {
            Assert.Equal(Choice(item).Options.Length, Choice(item).Options.Distinct().Count());
            Assert.All(
                Choice(item).Options,
                (choice, index) => Assert.Equal(index == Choice(item).Correct, SceneReading.Answers(item.Prompt, choice, SceneOf(item)))
            );
        }
    }

    [Fact]
    public void Yes_or_no_is_exactly_balanced_and_follows_from_the_scene()
    {
        var items = Of(BenchmarkSuite.YesNoName).Items;

        Assert.Equal(items.Length, 2 * items.Count(item => Choice(item).Options[Choice(item).Correct] == "yes ."));
        Assert.All(
            items,
            item =>
                Assert.Equal(
                    Choice(item).Options[Choice(item).Correct] == "yes .",
                    SceneOf(item).Kinds.Any(kind => item.Prompt.Contains($"{kind}", StringComparison.OrdinalIgnoreCase))
                )
        );
        Assert.Equal(50, ScoreOf(BenchmarkSuite.YesNoName, _ => 0));
    }

    [Fact]
    public void A_claim_is_true_and_refuted_as_often_and_follows_from_the_scene()
    {
        var claims = Of(BenchmarkSuite.RefusalName).Items.Where(item => item.Category == "claim").ToArray();

        Assert.Equal(claims.Length, 2 * claims.Count(item => Choice(item).Correct == 0));
        Assert.All(
            claims,
            item =>
                Assert.Equal(
                    Choice(item).Correct == 0,
                    SceneReading.IsTrueOf(item.Prompt.Replace("is it true that ", "").Replace(" ? short answer .", " ."), SceneOf(item))
                )
        );
    }

    [Fact]
    public void None_of_these_is_right_exactly_when_no_option_is_and_as_often_as_not()
    {
        var items = Of(BenchmarkSuite.RefusalName).Items.Where(item => item.Category == "none").ToArray();

        Assert.Equal(items.Length, 2 * items.Count(item => Choice(item).Options[Choice(item).Correct] == "none of these ."));
        Assert.All(
            items,
            item =>
            {
                var right = Choice(item).Options.SkipLast(1).Where(choice => SceneReading.Answers(item.Prompt, choice, SceneOf(item)));
                Assert.Equal(Choice(item).Options[Choice(item).Correct], right.SingleOrDefault("none of these ."));
            }
        );
        Assert.All(items.GroupBy(item => item.Group), group => Assert.Single(group.Select(item => Choice(item).Options.Length).Distinct()));
    }

    [Fact]
    public void Answers_without_looking_score_nothing_on_contrasts_and_refusal_and_true_answers_score_all()
    {
        Assert.Equal(0, ScoreOf(BenchmarkSuite.MmvpName, _ => 0));
        Assert.Equal(0, ScoreOf(BenchmarkSuite.RefusalName, _ => 0));
        Assert.Equal(0, ScoreOf(BenchmarkSuite.RefusalName, item => Choice(item).Options.Length - 1));
        Assert.Equal(0, ScoreOf(BenchmarkSuite.CvBenchName, _ => -1));
        Assert.All(Choices, benchmark => Assert.Equal(100, ScoreOf(benchmark.Name, item => Choice(item).Correct)));
    }

    [Fact]
    public void Every_item_has_an_id_of_its_own_and_items_that_two_benchmarks_share_are_the_same()
    {
        foreach (var same in Suite.SelectMany(benchmark => benchmark.Items).GroupBy(item => item.Id))
        {
            Assert.Single(same.Distinct());
        }

        Assert.All(Suite, benchmark => Assert.Equal(benchmark.Items.Length, benchmark.Items.Select(item => item.Id).Distinct().Count()));
        Assert.Equal(Of("general").Items.AsEnumerable(), Of("general strict").Items);
        Assert.Equal(Of("MMHal").Items.AsEnumerable(), Of("fluency").Items);
    }

    [Property(MaxTest = 20)]
    public bool A_grader_comes_back_from_its_file_as_it_was(ulong seed) =>
        BenchmarkSuite
            .Draw(Split.Test, 2, seed)
            .SelectMany(benchmark => benchmark.Items)
            .Where(item => item.Task is ItemTask.Write)
            .Select(Grader)
            .All(grader =>
                JsonSerializer.Deserialize<SceneGrader>(JsonSerializer.Serialize(grader, JsonLines.Options), JsonLines.Options) == grader
            );

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
    public bool The_graders_give_full_marks_to_the_truth_in_the_style_asked_for(ulong seed) =>
        BenchmarkSuite
            .Draw(Split.Test, 2, seed)
            .Where(benchmark => benchmark.Items[0].Task is ItemTask.Write)
            .All(benchmark =>
                ScoreOf(benchmark, item => new(item.Id, 0, Grader(item).Truth, []))
                == (benchmark.Name == BenchmarkSuite.HallucinationName ? 0 : 100)
            );

    [Property]
    public bool The_lenient_mark_accepts_the_truth_in_conversation_and_the_strict_one_does_not(ulong seed)
    {
        var items = BenchmarkSuite.Draw(Split.Test, 2, seed).Single(benchmark => benchmark.Name == BenchmarkSuite.GeneralName).Items;
        return items
            .Select(Grader)
            .Where(item => item.Style != AnswerStyle.List)
            .All(item =>
            {
                var text =
                    (
                        item.Slot is { } slot
                            ? Grammar.Answer(item.Scene, slot, AnswerStyle.Conversational, "well ,")
                            : Grammar.ConversationalCaption(item.Scene, "well ,")
                    ) + " birds sing nearby .";
                return Mark(item, text, SceneGrader.ContentMark) == 1 && Mark(item, text, SceneGrader.StrictMark) == 0;
            });
    }

    [Property]
    public bool A_caption_with_a_wrong_slot_loses_marks_and_a_wrong_kind_is_found(ulong seed)
    {
        var rng = new SplitMix64(seed);
        return Contrast.Types.All(type =>
        {
            var contrast = Contrast.Draw(new World(Priors.Uniform, Split.Test), type, rng);
            var item = new SceneGrader(contrast.Original, AnswerStyle.Caption);
            var wrong = Grammar.Caption(contrast.Edited);
            return item.Content(wrong) is > 0 and < 1
                && Mark(item, wrong, SceneGrader.StrictMark) == item.Content(wrong)
                && SceneGrader.NamesWrongKind(contrast.Original, wrong) == (type == ContrastType.Object);
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
        var item = new SceneGrader(scene, AnswerStyle.Short, Slot.Colour);

        Assert.Equal(content, item.Content(response));
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

        Assert.Equal(wrong, SceneGrader.NamesWrongKind(scene, response));
    }

    [Fact]
    public void No_style_needs_more_words_than_room_is_left_for()
    {
        var rng = new SplitMix64(8);
        var longest = Enumerable
            .Range(0, 200)
            .Max(_ => Grammar.ConversationalCaption(new World(Priors.Uniform, Split.Test).Couple(rng), "of course ,").Split(' ').Length);

        Assert.InRange(longest, 1, BenchmarkSuite.MostWords);
    }

    static double Mark(SceneGrader grader, string response, string mark) => grader.Grade(response)[mark];
}
