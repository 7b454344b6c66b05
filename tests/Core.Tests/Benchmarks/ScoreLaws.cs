using System.Collections.Immutable;
using FsCheck.Xunit;
using SVco.Core.Benchmarks;

namespace SVco.Core.Tests.Benchmarks;

public class ScoreLaws
{
    static readonly Metric Accuracy = new("accuracy", "right");

    /// <summary>One item of a random benchmark: a few categories, a few groups in each, a mark from 0 to 1.</summary>
    public sealed record Drawn(byte Category, byte Group, byte Mark)
    {
        public string CategoryName => $"category {Category % 3}";
        public string GroupName => $"{Group % 4}";
        public double Value => Mark / 255.0;
    }

    static Item ItemOf(Drawn drawn, int index) =>
        new($"{index}", drawn.CategoryName, drawn.GroupName, null, "?", new ItemTask.Choose(["a", "b"], 0));

    static (Item[] Items, Verdict[] Verdicts) Of(IReadOnlyList<Drawn> drawn) =>
        ([.. drawn.Select(ItemOf)], [.. drawn.Select((one, index) => new Verdict($"{index}", 0, Marks.Of(("right", one.Value))))]);

    [Property]
    public bool A_group_counts_as_its_worst_item_and_categories_count_equally(Drawn[] drawn)
    {
        if (drawn.Length == 0)
        {
            return true;
        }

        var (items, verdicts) = Of(drawn);
        var categories = drawn
            .GroupBy(one => one.CategoryName)
            .Select(category => category.GroupBy(one => one.GroupName).Average(group => group.Min(one => one.Value)))
            .ToArray();
        var score = Score.Of(Accuracy, items, verdicts);
        return Math.Abs(score.Value - (100 * categories.Average())) < 1e-9
            && score.Categories.Count == categories.Length
            && score.Counted == drawn.Length;
    }

    [Property]
    public bool With_several_runs_a_score_is_the_mean_of_its_runs_and_what_a_comparison_starts_from(Drawn[] drawn, byte[] second)
    {
        if (drawn.Length == 0 || second.Length == 0)
        {
            return true;
        }

        var (items, verdicts) = Of(drawn);
        Verdict[] both =
        [
            .. verdicts,
            .. verdicts.Select(
                (verdict, index) => verdict with { Run = 1, Marks = Marks.Of(("right", second[index % second.Length] / 255.0)) }
            ),
        ];
        var score = Score.Of(Accuracy, items, both);
        return score.Runs.Length == 2
            && Math.Abs(score.Value - score.Runs.Average()) < 1e-9
            && Math.Abs(score.Value - ScoreDifference.Between(Accuracy, items, both, verdicts, resamples: 1)!.First) < 1e-9;
    }

    [Property]
    public bool Over_items_every_item_weighs_the_same(Drawn[] drawn)
    {
        var (items, verdicts) = Of(drawn);
        return drawn.Length == 0
            || Math.Abs(Score.Of(Accuracy with { Over = Over.Items }, items, verdicts).Value - (100 * drawn.Average(one => one.Value)))
                < 1e-9;
    }

    [Property]
    public bool The_order_of_items_and_verdicts_does_not_matter(Drawn[] drawn)
    {
        var (items, verdicts) = Of(drawn);
        return drawn.Length == 0
            || Math.Abs(Score.Of(Accuracy, items, verdicts).Value - Score.Of(Accuracy, [.. items.Reverse()], verdicts.Reverse()).Value)
                < 1e-9;
    }

    [Property]
    public bool Alone_in_its_group_an_item_is_worth_its_mark(Drawn[] drawn)
    {
        Drawn[] oneCategory = [.. drawn.Select(one => one with { Category = 0 })];
        var verdicts = Of(oneCategory).Verdicts;
        Item[] alone = [.. oneCategory.Select((one, index) => ItemOf(one, index) with { Group = $"{index}" })];
        return drawn.Length == 0
            || Math.Abs(Score.Of(Accuracy, alone, verdicts).Value - Score.Of(Accuracy with { Over = Over.Items }, alone, verdicts).Value)
                < 1e-9;
    }

    [Property]
    public bool Several_answers_to_an_item_count_as_their_mean(byte first, byte second)
    {
        Drawn one = new(0, 0, 0);
        Verdict[] verdicts = [new("0", 0, Marks.Of(("right", first))), new("0", 1, Marks.Of(("right", second)))];
        return Score.Of(Accuracy with { Scale = 1 }, [ItemOf(one, 0)], verdicts).Value == (first + second) / 2.0;
    }

    [Property]
    public bool A_failed_verdict_is_left_out_with_its_group_and_is_no_score(Drawn[] drawn, byte which)
    {
        if (drawn.Length == 0)
        {
            return true;
        }

        var (items, verdicts) = Of(drawn);
        var failed = which % drawn.Length;
        verdicts[failed] = new($"{failed}", 0, Marks.None, "no reply");
        var rest = items.Where(item => (item.Category, item.Group) != (items[failed].Category, items[failed].Group)).ToArray();
        var score = Score.Of(Accuracy, items, verdicts);
        return score.Counted == rest.Length
            && (
                rest.Length == 0
                    ? double.IsNaN(score.Value)
                    : Math.Abs(score.Value - Score.Of(Accuracy, rest, verdicts.Where(one => rest.Any(item => item.Id == one.Item))).Value)
                        < 1e-9
            );
    }

    [Fact]
    public void Nested_categories_count_equally_on_each_level()
    {
        // CV-Bench: 2D is the mean of its two sources, the whole the mean of 2D and 3D, however many items each has.
        (string Category, double Mark)[] marks = [("2D/ADE20K", 1), ("2D/COCO", 0), ("2D/COCO", 0), ("3D/Omni3D", 1), ("3D/Omni3D", 0)];
        Item[] items = [.. marks.Select((one, i) => new Item($"{i}", one.Category, $"{i}", null, "?", new ItemTask.Choose(["a"], 0)))];
        var verdicts = marks.Select((one, i) => new Verdict($"{i}", 0, Marks.Of(("right", one.Mark))));

        var score = Score.Of(Accuracy, items, verdicts);

        Assert.Equal(50, score.Value);
        Assert.Equal(
            [("2D", 50.0), ("2D/ADE20K", 100.0), ("2D/COCO", 0.0), ("3D", 50.0), ("3D/Omni3D", 50.0)],
            score.Categories.Select(category => (category.Key, category.Value))
        );
    }

    [Fact]
    public void Each_item_needs_a_verdict_and_each_verdict_its_item()
    {
        Item[] items = [ItemOf(new(0, 0, 0), 0)];
        Verdict known = new("0", 0, Marks.Of(("right", 1)));

        Assert.Throws<ArgumentException>(() => Score.Of(Accuracy, items, []));
        Assert.Throws<ArgumentException>(() => Score.Of(Accuracy, items, [known, known with { Item = "1" }]));
        Assert.Equal(ImmutableSortedDictionary<string, double>.Empty.Add("category 0", 100), Score.Of(Accuracy, items, [known]).Categories);
    }

    [Property]
    public bool Complete_runs_count_as_the_mean_of_their_values_which_differ_by_their_deviation(Drawn[] first, Drawn[] second)
    {
        var count = Math.Min(first.Length, second.Length);
        if (count == 0)
        {
            return true;
        }

        var items = Of(first.Take(count).ToArray()).Items;
        Verdict[] one = Of(first.Take(count).ToArray()).Verdicts;
        Verdict[] other = [.. Of(second.Take(count).ToArray()).Verdicts.Select(verdict => verdict with { Run = 1 })];
        var (score, runs) = (
            Score.Of(Accuracy, items, [.. one, .. other]),
            new[] { one, other }.Select(run => Score.Of(Accuracy, items, run).Value).ToArray()
        );
        return score.Runs.SequenceEqual(runs)
            && Math.Abs(score.Value - runs.Average()) < 1e-9
            && Math.Abs(score.Deviation - (Math.Abs(runs[0] - runs[1]) / 2)) < 1e-9;
    }

    [Fact]
    public void Items_with_unlike_runs_count_with_the_mean_of_their_marks()
    {
        Item[] items = [ItemOf(new(0, 0, 0), 0), ItemOf(new(0, 1, 0), 1)];
        Verdict[] verdicts =
        [
            new("0", 0, Marks.Of(("right", 1))),
            new("0", 1, Marks.Of(("right", 0.5))),
            new("1", 2, Marks.Of(("right", 0.5))),
        ];

        var score = Score.Of(Accuracy, items, verdicts);

        Assert.Equal((62.5, 0), (score.Value, score.Deviation));
        Assert.Equal([score.Value], score.Runs.AsEnumerable());
    }

    [Property]
    public bool A_tag_has_the_plain_mean_of_its_items_and_changes_nothing_else(Drawn[] drawn)
    {
        var (items, verdicts) = Of(drawn);
        Item[] tagged =
        [
            .. items.Select(
                (item, i) =>
                    item with
                    {
                        Group = $"{i}",
                        Tags =
                            i % 3 == 0 ? ["x", "y"]
                            : i % 3 == 1 ? ["x"]
                            : [],
                    }
            ),
        ];
        Item[] untagged = [.. tagged.Select(item => item with { Tags = [] })];
        return drawn.Length < 2
            || (Score.Of(Accuracy, tagged, verdicts), Score.Of(Accuracy, untagged, verdicts)) is var (with, without)
                && with.Value == without.Value
                && with.Categories.RemoveRange(["x", "y"]).SequenceEqual(without.Categories)
                && Math.Abs(with.Categories["x"] - (100 * drawn.Where((_, i) => i % 3 < 2).Average(one => one.Value))) < 1e-9
                && Math.Abs(with.Categories["y"] - (100 * drawn.Where((_, i) => i % 3 == 0).Average(one => one.Value))) < 1e-9
                && Math.Abs(Score.Of(Accuracy with { Only = "y", Over = Over.Items }, tagged, verdicts).Value - with.Categories["y"])
                    < 1e-9;
    }

    [Fact]
    public void A_tag_must_not_be_a_categorys_name() =>
        Assert.Throws<ArgumentException>(() =>
            Score.Of(Accuracy, [ItemOf(new(0, 0, 0), 0) with { Category = "2D/COCO", Tags = ["2D"] }], [new("0", 0, Marks.None)])
        );
}
