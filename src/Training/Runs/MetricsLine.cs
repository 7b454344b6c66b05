using System.Collections.Immutable;

namespace SVco.Training;

/// <summary>A line of a run's <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Optimiser steps made.</param>
/// <param name="Values">Its numbers under the official trainer's names; one that was not finite is NaN.</param>
public sealed record MetricsLine(int Step, ImmutableDictionary<string, double> Values)
{
    internal const string StepName = "step";
    internal const string EvaluationLoss = "eval_loss";

    /// <summary>Whether it is of a validation and not of a training step.</summary>
    public bool IsValidation => Values.ContainsKey(EvaluationLoss);

    internal static MetricsLine Of(IReadOnlyDictionary<string, double?> line) =>
        new(
            (int)line[StepName]!.Value,
            line.Where(number => number.Key != StepName).ToImmutableDictionary(number => number.Key, number => number.Value ?? double.NaN)
        );
}
