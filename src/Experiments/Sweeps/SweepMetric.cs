using SVco.Core.Benchmarks;
using SVco.Evaluation.Results;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>The number that runs are compared by.</summary>
/// <param name="Name">
/// A number of a validation in <c>metrics.jsonl</c>, such as <c>eval_loss</c>; a group there, such as <c>eval_reward_acc</c>, stands for the
/// mean of its numbers; or <see cref="AverageImprovement"/>.
/// </param>
/// <param name="Maximize">Whether the highest is the best, or the lowest.</param>
public sealed record SweepMetric(string Name, bool Maximize)
{
    /// <summary>The mean relative change over the benchmarks that the experiment names, in percent.</summary>
    public const string AverageImprovement = "average_improvement";

    const string ValidationPrefix = "eval_";
    const char GroupEnd = '/';

    /// <summary>The validation loss, the lower the better.</summary>
    public static SweepMetric ValidationLoss { get; } = new("eval_loss", Maximize: false);

    /// <summary>Whether the benchmarks give it.</summary>
    public bool IsOfBenchmarks => Name == AverageImprovement;

    /// <summary>Whether there can be such a number.</summary>
    public static bool IsName(string name) => name == AverageImprovement || name.StartsWith(ValidationPrefix, StringComparison.Ordinal);

    /// <summary>The metric of a name in its usual direction: the lower the better for losses, else the higher.</summary>
    public static SweepMetric Of(string name) => new(name, Maximize: !name.Contains("loss", StringComparison.Ordinal));

    /// <summary>Its value in a validation; null where the validation does not have it.</summary>
    public double? In(MetricsLine validation)
    {
        if (validation.Numbers.ContainsKey(Name))
        {
            return validation[Name];
        }

        double[] group = [.. GroupIn(validation).Select(name => validation[name])];
        return group.Length == 0 ? null : group.Average();
    }

    /// <summary>The names of the numbers of a validation that it is the mean of; none where it is a number itself.</summary>
    public IEnumerable<string> GroupIn(MetricsLine validation) =>
        validation.Numbers.Keys.Where(name => name.StartsWith(Name + GroupEnd, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>Its value in an evaluation whose first model is the base and whose last is the finished one; NaN where nothing can be compared.</summary>
    public static double In(EvaluationResult evaluation) =>
        // Only the mean is wanted, not its interval over items.
        Core
            .Benchmarks.AverageImprovement.Of(
                evaluation.Models[0].Verdicts.Benchmarks,
                evaluation.Models[^1].Verdicts.Benchmarks,
                resamples: 1
            )
            .Percent;

    /// <summary>Values from the best to the worst; those that are no number last.</summary>
    public IOrderedEnumerable<T> Ranked<T>(IEnumerable<T> items, Func<T, double> value) =>
        items.OrderBy(item => double.IsNaN(value(item))).ThenBy(item => Maximize ? -value(item) : value(item));
}
