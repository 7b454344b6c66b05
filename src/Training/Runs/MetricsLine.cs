using System.Text.Json;
using System.Text.Json.Serialization;

namespace SVco.Training;

/// <summary>A line of a run's <c>metrics.jsonl</c>.</summary>
public sealed record MetricsLine : IJsonOnDeserialized
{
    internal const string StepName = "step";
    internal const string EvaluationLoss = "eval_loss";

    /// <summary>Optimiser steps made.</summary>
    public required int Step { get; init; }

    /// <summary>Its numbers under the official trainer's names, such as <c>loss</c>; null in place of one that was not finite.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement> Numbers { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Whether it is of a validation and not of a training step.</summary>
    public bool IsValidation => Numbers.ContainsKey(EvaluationLoss);

    /// <summary>A number by its name, such as <c>eval_loss</c>; NaN where it was not finite.</summary>
    /// <exception cref="KeyNotFoundException">The line has no such number.</exception>
    public double this[string name] => Numbers[name] is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;

    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Step < 0 || Numbers.Values.Any(value => value.ValueKind is not (JsonValueKind.Number or JsonValueKind.Null)))
        {
            throw new JsonException("It has something else than numbers, or a step below 0.");
        }
    }

    /// <summary>The numbers by name, for people.</summary>
    public override string ToString() => $"step {Step}: {string.Join(", ", Numbers.Select(number => $"{number.Key} {number.Value}"))}";
}
