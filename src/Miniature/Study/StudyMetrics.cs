using System.Collections.Immutable;
using SVco.Evaluation.Results;
using SVco.Miniature.Benchmarks;

namespace SVco.Miniature.Study;

/// <summary>From what a model did in the benchmarks to the numbers of tables.</summary>
public static class StudyMetrics
{
    /// <summary>The numbers of a model, parts of benchmarks among them.</summary>
    public static ImmutableArray<MetricResult> Of(string model, int seed, SuiteScore score, SuiteScore? noImage)
    {
        return
        [
            .. score.Choices.SelectMany(benchmark =>
                OfChoices(model, seed, benchmark.Key, benchmark.Value, noImage?.Choices[benchmark.Key])
            ),
            Written("MMHal", "hallucination", "wrong-kind captions", written => written.Hallucination.WrongKind, higherIsBetter: false),
            Written("general", "general", "content", written => written.General.Content),
            Written("general strict", "general", "content in the style asked for", written => written.General.Strict),
            Written("style", "style", "responses in the style asked for", written => written.General.Style, averaged: false),
            Written("fluency", "style", "grammatical captions", written => written.Hallucination.Grammatical, averaged: false),
        ];

        MetricResult Written(
            string benchmark,
            string domain,
            string metric,
            Func<SuiteScore, double> value,
            bool higherIsBetter = true,
            bool averaged = true
        ) =>
            new(
                model,
                seed,
                benchmark,
                "",
                domain,
                metric,
                value(score),
                noImage is null ? null : value(noImage),
                higherIsBetter,
                averaged
            );
    }

    static IEnumerable<MetricResult> OfChoices(string model, int seed, string benchmark, ChoiceScore score, ChoiceScore? noImage)
    {
        // Refusing starts near 0, where a relative change means nothing.
        var (domain, averaged) = benchmark switch
        {
            BenchmarkSuite.YesNoName => ("hallucination", true),
            BenchmarkSuite.KnowledgeName => ("knowledge", true),
            BenchmarkSuite.RefusalName => ("refusal", false),
            _ => ("vision-centric", true),
        };
        yield return new(model, seed, benchmark, "", domain, "accuracy", score.Percent, noImage?.Percent, true, averaged);
        foreach (var (part, percent) in score.Parts.Where(_ => score.Parts.Count > 1))
        {
            yield return new(model, seed, benchmark, part, domain, "accuracy", percent, noImage?.Parts[part], true, false);
        }
    }
}
