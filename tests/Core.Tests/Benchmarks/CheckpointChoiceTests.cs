using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core.Benchmarks;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>Which of a run's checkpoints is the best.</summary>
public sealed class CheckpointChoiceTests
{
    const int Resamples = 200;

    static readonly Metric Accuracy = new("accuracy", "right") { Over = Over.Items };

    /// <summary>Two items on each image.</summary>
    static readonly ImmutableArray<Item> Items =
    [
        .. Enumerable.Range(0, 40).Select(at => new Item($"{at}", "", $"{at / 2}", null, "Is it?", new ItemTask.Choose(["yes", "no"], 0))),
    ];

    static ModelVerdicts Model(string name, Func<int, bool> isRight) =>
        new(
            name,
            [
                new(
                    new Benchmark("Mine", "general", Items, [Accuracy]),
                    [
                        .. Items.Select(
                            (item, at) =>
                                new Verdict(
                                    item.Id,
                                    0,
                                    new Dictionary<string, double> { ["right"] = isRight(at) ? 1 : 0 }.ToImmutableSortedDictionary()
                                )
                        ),
                    ]
                ),
            ]
        );

    [Fact]
    public void The_highest_average_improvement_is_chosen_and_a_clear_lead_is_told_from_luck()
    {
        var choice = CheckpointChoice.Of(
            [Model("base", at => at < 20), Model("early", at => at < 22), Model("middle", at => at < 36), Model("late", at => at < 24)],
            ["early", "middle", "late"],
            resamples: Resamples
        )!;
        Assert.Equal(("middle", true), (choice.Chosen, choice.IsToldApart));
        Assert.Equal([10, 80, 20], choice.Checkpoints.Select(one => Math.Round(one.Choosing.Percent, 9)));
        Assert.All(choice.Checkpoints, one => Assert.Null(one.Others));

        var close = CheckpointChoice.Of(
            [Model("base", at => at < 20), Model("a", at => at < 30), Model("b", at => at is < 29 or 35 or 36)],
            ["a", "b"],
            resamples: Resamples
        )!;
        Assert.Equal(("b", false), (close.Chosen, close.IsToldApart));
    }

    [Fact]
    public void A_model_that_is_only_compared_is_never_chosen()
    {
        var choice = CheckpointChoice.Of(
            [Model("base", at => at < 20), Model("another", _ => true), Model("early", at => at < 22)],
            ["early"],
            resamples: Resamples
        )!;
        Assert.Equal(("early", 1), (choice.Chosen, choice.Checkpoints.Length));
    }

    [Fact]
    public void Without_a_base_score_above_zero_there_is_no_choice() =>
        Assert.Null(CheckpointChoice.Of([Model("base", _ => false), Model("late", _ => true)], ["late"], resamples: Resamples));

    /// <summary>The parts' improvements are those of the models with the parts' items alone, no image is in both, and together they are all.</summary>
    [Property(MaxTest = 20)]
    public void A_part_chooses_and_the_others_measure(byte seed)
    {
        var (chooses, measures) = (new HashSet<int>(), new HashSet<int>());
        const double share = 0.3;
        // A model that is right in one more item than the base improves only the part with that item.
        foreach (var extra in Enumerable.Range(0, Items.Length))
        {
            var choice = CheckpointChoice.Of(
                [Model("base", at => at % 2 == 0), Model("one", at => at % 2 == 0 || at == extra)],
                ["one"],
                share,
                seed,
                2
            )!;
            if (choice.Checkpoints[0].Choosing.Percent > 0)
            {
                chooses.Add(extra / 2);
            }

            if (choice.Checkpoints[0].Others!.Percent > 0)
            {
                measures.Add(extra / 2);
            }
        }

        Assert.Empty(chooses.Intersect(measures));
        Assert.Equal((6, 14), (chooses.Count, measures.Count));
    }
}
