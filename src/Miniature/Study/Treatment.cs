using System.Collections.Immutable;
using SVco.Core.Objectives;
using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

namespace SVco.Miniature.Study;

/// <summary>What is done to the base model.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Objective">The formula to minimise.</param>
/// <param name="LearningRate">The highest rate.</param>
/// <param name="Steps">Optimiser steps.</param>
public sealed record Treatment(string Name, Objective Objective, double LearningRate, int Steps)
{
    /// <summary>Sequences that are scored for a pair: what a step costs.</summary>
    public int Sequences => Objective.Cells().Length;
}

/// <summary>A treatment before its settings are chosen.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Formula">The formula for a beta.</param>
/// <param name="HasBeta">Whether it has one.</param>
/// <param name="StepFactor">Its steps as a multiple of the others'.</param>
public sealed record TreatmentTemplate(string Name, Func<double, Objective> Formula, bool HasBeta = true, int StepFactor = 1)
{
    /// <summary>Supervised finetuning on both sides: the mean cross-entropy of the labels of both responses, each under its own image.</summary>
    public static Objective SftBothSides { get; } = TokenMean(-(pi.W.Match + pi.L.Match), length.W + length.L);

    /// <summary>
    /// The objectives of the study. SFT is there twice: for as many steps as the others, and for three times as many, at which it scores as
    /// many sequences as S-VCO (two a pair against six).
    /// </summary>
    public static ImmutableArray<TreatmentTemplate> All { get; } =
    [
        new("SFT", _ => SftBothSides, HasBeta: false),
        new("SFT, equal compute", _ => SftBothSides, HasBeta: false, StepFactor: 3),
        new("DPO", Dpo),
        new("mDPO", Mdpo),
        new("VCO", beta => Vco(beta, beta)),
        new("S-VCO", beta => Core.Objectives.Objectives.SVco(beta, beta)),
    ];

    /// <summary>The objective with settings.</summary>
    public Treatment With(double learningRate, double beta, int steps) => new(Name, Formula(beta), learningRate, StepFactor * steps);
}
