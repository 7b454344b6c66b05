using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>
/// What the paper's eight benchmarks report. By the official or the corrected rule is the main number, which the average improvement counts;
/// the same by the other rule stands beside it.
/// </summary>
public static class PaperMetrics
{
    /// <summary>The tag of ScienceQA's items that have an image.</summary>
    public const string WithImage = "with image";

    /// <summary>Accuracy of single questions, which is the paper's number; and of pairs, an item's group being its pair.</summary>
    public static ImmutableArray<Metric> Mmvp(Behaviour rule) =>
        [
            .. ByBothRules(rule, new("accuracy", Marks.Official) { Over = Over.Items }, Marks.Corrected),
            .. ByBothRules(rule, new("accuracy of pairs", Marks.Official, Averaged: false), Marks.Corrected),
            Unread,
        ];

    /// <summary>
    /// The combined accuracy: the mean of 2D and 3D, 2D being the mean of its two sources. Categories are 2D/ADE20K, 2D/COCO and 3D/Omni3D, the
    /// tasks are tags, and each item is its own group. The official script stops where a source or task has no right answer; here that is 0.
    /// </summary>
    public static ImmutableArray<Metric> CvBench(Behaviour rule) =>
        [.. ByBothRules(rule, new("accuracy", Marks.Official), Marks.Corrected), Unread];

    /// <summary>Accuracy; letter questions and free ones are tags.</summary>
    public static ImmutableArray<Metric> RealWorldQa(Behaviour rule) => Accuracy(rule);

    /// <summary>Accuracy of the items with an image, tagged <see cref="WithImage"/>, which is the paper's number; and of all.</summary>
    public static ImmutableArray<Metric> ScienceQa(Behaviour rule) =>
        [
            .. ByBothRules(
                rule,
                new("accuracy, items with an image", Marks.Official) { Over = Over.Items, Only = WithImage },
                Marks.Corrected
            ),
            .. ByBothRules(rule, new("accuracy", Marks.Official, Averaged: false) { Over = Over.Items }, Marks.Corrected),
            Unread,
        ];

    /// <summary>The mean agreement with ten people.</summary>
    public static ImmutableArray<Metric> TextVqa(Behaviour rule) => Accuracy(rule);

    /// <summary>The mean correctness; capabilities and their exact sets are tags (<see cref="MmVetTags"/>).</summary>
    public static ImmutableArray<Metric> MmVet(Behaviour rule) =>
        [.. ByBothRules(rule, new("score", Marks.Official) { Over = Over.Items }, Marks.Corrected)];

    /// <summary>The model's mean mark in percent of the reference answers'; categories are conv, detail and complex.</summary>
    public static ImmutableArray<Metric> LlavaBench(Behaviour rule) =>
        [
            .. Relative(rule, "relative score", averaged: true),
            .. ByBothRules(rule, Mean("score", Marks.Official) with { Scale = 10 }, Marks.Corrected),
            .. ByBothRules(rule, Mean("reference score", Marks.OfficialReference) with { Scale = 10 }, Marks.CorrectedReference),
        ];

    /// <summary>The mean score from 0 to 6, and the share of answers that hallucinate; both count. The categories are the question
    /// types. The official script gives 0 to any number of answers but 96; here a subset has the mean of its own.</summary>
    public static ImmutableArray<Metric> MmHal(Behaviour rule) =>
        [
            .. ByBothRules(rule, new("score", Marks.Official) { Over = Over.Items, Scale = 1 }, Marks.Corrected),
            .. ByBothRules(
                rule,
                new("hallucination rate", Marks.OfficialHallucination, HigherIsBetter: false) { Over = Over.Items },
                Marks.CorrectedHallucination
            ),
            .. ByBothRules(
                rule,
                Mean("informativeness", Marks.OfficialInformativeness) with
                {
                    Scale = 100 / 3.0,
                },
                Marks.CorrectedInformativeness
            ),
        ];

    static Metric Unread { get; } =
        new("answers that cannot be read", Marks.Unread, HigherIsBetter: false, Averaged: false) { Over = Over.Items };

    static ImmutableArray<Metric> Accuracy(Behaviour rule) =>
        [.. ByBothRules(rule, new("accuracy", Marks.Official) { Over = Over.Items }, Marks.Corrected), Unread];

    static Metric Mean(string name, string mark) => new(name, mark, Averaged: false) { Over = Over.Items };

    static IEnumerable<Metric> Relative(Behaviour rule, string name, bool averaged)
    {
        var official = new Metric(name, Marks.Official, Averaged: averaged) { Over = Over.Items, RelativeTo = Marks.OfficialReference };
        return ByBothRules(rule, official, Marks.Corrected, Marks.CorrectedReference);
    }

    static IEnumerable<Metric> ByBothRules(Behaviour rule, Metric official, string corrected, string? correctedReference = null)
    {
        var other = official with { Mark = corrected, RelativeTo = correctedReference };
        return rule == Behaviour.Official
            ? [official, other with { Name = $"{official.Name}, corrected rule", Averaged = false }]
            : [other, official with { Name = $"{official.Name}, official rule", Averaged = false }];
    }
}
