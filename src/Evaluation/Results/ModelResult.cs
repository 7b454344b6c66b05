using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SVco.Evaluation.Results;

/// <summary>A line of a list of settings.</summary>
public sealed record NamedValue(string Name, string Value);

/// <summary>A model of a comparison: the base model or what one objective made of it.</summary>
/// <param name="Name">Its name in tables, such as "S-VCO"; unique in the study.</param>
/// <param name="Formula">The objective as a script writes it; empty for the base model.</param>
/// <param name="Latex">The objective in LaTeX; empty for the base model.</param>
/// <param name="Settings">Learning rate, betas, steps, sequences scored: what was special to it.</param>
/// <param name="Seeds">The seeds that are finished; empty for the base model, which has none.</param>
/// <param name="Seconds">Mean time of one finetuning, without evaluation.</param>
public sealed record ModelResult(
    string Name,
    string Formula,
    string Latex,
    ImmutableArray<NamedValue> Settings,
    ImmutableArray<int> Seeds,
    double Seconds
);

/// <summary>One number of one model. The base model's is there once for each seed of the study, so that changes can be paired.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Seed">The finetuning seed.</param>
/// <param name="Benchmark">The benchmark's name, such as "MMVP".</param>
/// <param name="Category">A category of it; empty for the whole. results.json calls it Part, as it always has.</param>
/// <param name="Domain">hallucination, vision-centric, general, knowledge, refusal or style.</param>
/// <param name="Metric">What was measured, such as "accuracy" or "wrong-kind captions".</param>
/// <param name="Value">In percent.</param>
/// <param name="NoImageValue">The same without images (the visual dependency's other half); null where it was not measured.</param>
/// <param name="HigherIsBetter">False for rates that should fall.</param>
/// <param name="Averaged">Whether the average improvement over the base model counts it.</param>
public sealed record MetricResult(
    string Model,
    int Seed,
    string Benchmark,
    [property: JsonPropertyName("Part")] string Category,
    string Domain,
    string Metric,
    double Value,
    double? NoImageValue,
    bool HigherIsBetter,
    bool Averaged
);

/// <summary>The perplexity of captions under one image condition (Fig. 2): exp of the mean negative log-probability of all their tokens.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Seed">The finetuning seed.</param>
/// <param name="Caption">"original" or "edited": whose caption it is.</param>
/// <param name="Tokens">"all" or "contrast": over which tokens.</param>
/// <param name="Image">"matching", "mismatching" or "none".</param>
/// <param name="Value">Above 1.</param>
public sealed record CaptionPerplexity(string Model, int Seed, string Caption, string Tokens, string Image, double Value)
{
    /// <summary>The image conditions, in the order of a figure's legend.</summary>
    public static ImmutableArray<string> Images { get; } = ["matching", "mismatching", "none"];
}

/// <summary>A point of a training curve.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Seed">The finetuning seed.</param>
/// <param name="Series">What it is, such as "loss", "loss attend W", "margin attend W" or "reward W.Match".</param>
/// <param name="Step">Optimiser steps made.</param>
/// <param name="Value">The mean of the steps since the point before.</param>
public sealed record CurvePoint(string Model, int Seed, string Series, int Step, double Value);

/// <summary>A picture, a request, and every model's answer.</summary>
/// <param name="Benchmark">Where it is from.</param>
/// <param name="Picture">A PNG's path relative to the study's folder.</param>
/// <param name="Prompt">The user's text.</param>
/// <param name="Expected">The truth in words.</param>
/// <param name="Answers">In the order of the models.</param>
public sealed record Example(string Benchmark, string Picture, string Prompt, string Expected, ImmutableArray<ModelAnswer> Answers);

/// <summary>A model's answer.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Text">What it said.</param>
/// <param name="Score">0 to 1: how much of it is right.</param>
public sealed record ModelAnswer(string Model, string Text, double Score);

/// <summary>How much each token of a response owes to the image: log p(token, image) - log p(token, no image).</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Picture">A PNG's path relative to the study's folder.</param>
/// <param name="Condition">"matching" or "mismatching": whether the response is true of the picture.</param>
/// <param name="Prompt">The user's text.</param>
/// <param name="Tokens">The response's tokens, its end token included.</param>
/// <param name="Values">In nats, one for each token; they add up to the response's log p with the image minus that without.</param>
public sealed record Sensitivity(
    string Model,
    string Picture,
    string Condition,
    string Prompt,
    ImmutableArray<string> Tokens,
    ImmutableArray<double> Values
);
