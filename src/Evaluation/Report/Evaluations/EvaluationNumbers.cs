using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Statistics;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>A model's score in one number of a benchmark.</summary>
/// <param name="Score">The score.</param>
/// <param name="Uncertainty">How far it may be off; null where no item has the mark.</param>
sealed record MeasuredScore(Score Score, ScoreUncertainty? Uncertainty);

/// <summary>A number of a benchmark beside those that the average improvement counts.</summary>
/// <param name="Benchmark">The benchmark's name.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Scores">By model in the result's order; null where the model was not asked.</param>
sealed record OtherNumber(string Benchmark, Metric Metric, ImmutableArray<MeasuredScore?> Scores);

/// <summary>A number of Table 1 over a part of its benchmark.</summary>
/// <param name="Name">The category, such as 2D/COCO, or the tag.</param>
/// <param name="Items">How many items are in it.</param>
/// <param name="Scores">By model in the result's order; null where the model was not asked or no item has a mark.</param>
sealed record CategoryScores(string Name, int Items, ImmutableArray<MeasuredScore?> Scores);

/// <summary>All numbers of an evaluation, which every table and figure is made of.</summary>
/// <param name="Result">The evaluation.</param>
/// <param name="Table">Table 1.</param>
/// <param name="Others">What is measured beside it.</param>
/// <param name="Domains">Fig. 1: the average improvement over the numbers of one domain; null where the model has none.</param>
/// <param name="Resamples">How many samples are drawn for an interval.</param>
sealed record EvaluationNumbers(
    EvaluationResult Result,
    TableOne Table,
    ImmutableArray<OtherNumber> Others,
    ImmutableArray<(string Domain, string Model, AverageImprovement Change)> Domains,
    int Resamples
)
{
    /// <summary>Which of a run's checkpoints is the best; null where the models are not a run's.</summary>
    public CheckpointChoice? Choice { get; private init; }

    /// <summary>Fig. 2; none where no captions were scored.</summary>
    public ImmutableArray<MeasuredPerplexity> Perplexities { get; private init; } = [];

    const char Slash = '/';

    /// <summary>The base model's name.</summary>
    public string Base => Result.Models[0].Name;

    /// <summary>The benchmarks in the order in which they are met first.</summary>
    public ImmutableArray<Benchmark> Benchmarks => [.. BenchmarksOf(Result)];

    /// <summary>Calculates the numbers.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <exception cref="UserException">There is no model, two have one name, models were asked other items, or an item has no verdict.</exception>
    public static EvaluationNumbers Of(EvaluationResult result, int resamples = Bootstrap.Resamples)
    {
        Require(result);
        ImmutableArray<ModelVerdicts> models =
        [
            .. result.Models.Select(model =>
                model.Verdicts with
                {
                    Benchmarks = [.. model.Verdicts.Benchmarks.Where(one => !one.Verdicts.IsEmpty)],
                }
            ),
        ];
        return new(
            result,
            TableOne.Of(models, resamples),
            [
                .. from benchmark in BenchmarksOf(result)
                from metric in benchmark.Metrics
                where !metric.Averaged
                select new OtherNumber(benchmark.Name, metric, ScoresOf(result, benchmark, metric, benchmark.Items, resamples)),
            ],
            [.. models.Skip(1).AsParallel().AsOrdered().SelectMany(model => ByDomain(models[0], model, resamples))],
            resamples
        )
        {
            Choice = result.Choosing is { } choosing
                ? CheckpointChoice.Of(models, choosing.Checkpoints, choosing.Share, choosing.Seed, resamples)
                : null,
            Perplexities = MeasuredPerplexity.Of(result.Captions, resamples),
        };
    }

    /// <summary>A column of Table 1 by the categories and tags of its benchmark; none where there are not two.</summary>
    public ImmutableArray<CategoryScores> Categories(TableColumn column)
    {
        var benchmark = Benchmarks.First(one => one.Name == column.Benchmark);
        Item[] counted = [.. benchmark.Items.Where(item => column.Metric.Only is not { } tag || item.Tags.Contains(tag))];
        string[] names =
        [
            .. counted.SelectMany(item => Parts(item.Category)).Distinct().Order(StringComparer.Ordinal),
            .. counted.SelectMany(item => item.Tags).Distinct().Order(StringComparer.Ordinal),
        ];
        return names.Length < 2 ? [] : [.. names.Select(OfName)];

        CategoryScores OfName(string name)
        {
            Item[] inside = [.. counted.Where(item => Parts(item.Category).Contains(name))];
            // A tag's value is the plain mean, whatever the categories of its items weigh.
            var isTag = inside.Length == 0;
            var metric = isTag ? column.Metric with { Over = Over.Items } : column.Metric;
            Item[] items = isTag ? [.. counted.Where(item => item.Tags.Contains(name))] : inside;
            return new(name, items.Length, ScoresOf(Result, benchmark, metric, [.. items], Resamples));
        }
    }

    static IEnumerable<string> Parts(string category) =>
        category.Length == 0
            ? []
            : category.Index().Where(letter => letter.Item == Slash).Select(letter => category[..letter.Index]).Append(category);

    static ImmutableArray<MeasuredScore?> ScoresOf(
        EvaluationResult result,
        Benchmark benchmark,
        Metric metric,
        ImmutableArray<Item> items,
        int resamples
    )
    {
        var ids = items.Select(item => item.Id).ToHashSet();
        return
        [
            .. result.Models.Select(model =>
            {
                Verdict[] verdicts =
                [
                    .. model
                        .Benchmarks.Where(one => one.Benchmark.Name == benchmark.Name)
                        .SelectMany(one => one.WithImages.Verdicts)
                        .Where(verdict => ids.Contains(verdict.Item)),
                ];
                return verdicts.Length == 0
                    ? null
                    : new MeasuredScore(Score.Of(metric, items, verdicts), ScoreUncertainty.Of(metric, items, verdicts, resamples));
            }),
        ];
    }

    static IEnumerable<(string Domain, string Model, AverageImprovement Change)> ByDomain(
        ModelVerdicts baseModel,
        ModelVerdicts model,
        int resamples
    ) =>
        model
            .Benchmarks.Where(one => one.Benchmark.Metrics.Any(metric => metric.Averaged))
            .Select(one => one.Benchmark.Domain)
            .Distinct()
            .Select(domain => (domain, model.Model, Change: AverageImprovement.Of(Of(baseModel, domain), Of(model, domain), resamples)))
            .Where(one => one.Change.Metrics > 0);

    static BenchmarkVerdicts[] Of(ModelVerdicts model, string domain) => [.. model.Benchmarks.Where(one => one.Benchmark.Domain == domain)];

    static IEnumerable<Benchmark> BenchmarksOf(EvaluationResult result) =>
        result
            .Models.SelectMany(model => model.Benchmarks)
            .Where(one => !one.WithImages.IsEmpty)
            .Select(one => one.Benchmark)
            .DistinctBy(one => one.Name);

    static void Require(EvaluationResult result)
    {
        if (result.Models.IsEmpty)
        {
            throw new UserException($"The evaluation {result.Name} has no model. Name at least one.");
        }

        if (result.Models.GroupBy(model => model.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new UserException($"Two models of {result.Name} are called {twice.Key}. Give each a name of its own.");
        }

        var first = new Dictionary<string, (string Model, string[] Items)>();
        foreach (var (model, one) in result.Models.SelectMany(model => model.Benchmarks.Select(one => (model, one))))
        {
            string[] items = [.. one.Benchmark.Items.Select(item => item.Id)];
            first.TryAdd(one.Benchmark.Name, (model.Name, items));
            if (!first[one.Benchmark.Name].Items.SequenceEqual(items))
            {
                throw new UserException(
                    $"{model.Name} was asked other items of {one.Benchmark.Name} than {first[one.Benchmark.Name].Model}, so that they cannot be compared. Run both on the same copy and subset."
                );
            }

            foreach (var answers in new[] { one.WithImages, one.WithoutImages }.Where(answers => !answers.IsEmpty))
            {
                var judged = answers.Verdicts.Select(verdict => verdict.Item).ToHashSet();
                if (items.FirstOrDefault(item => !judged.Contains(item)) is { } missing)
                {
                    throw new UserException(
                        $"{model.Name} has no verdict for {one.Benchmark.Name} {missing}. Run the evaluation to its end; what is done is kept."
                    );
                }
            }
        }
    }
}
