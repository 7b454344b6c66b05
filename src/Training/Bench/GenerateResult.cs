using System.Collections.Immutable;

namespace SVco.Training.Bench;

/// <summary>What one process measured of answers that are written.</summary>
/// <param name="Seconds">From the questions to the answers, images read and encoded.</param>
/// <param name="PromptTokens">Of all questions, images expanded.</param>
/// <param name="PeakBytes">The process's peak resident memory.</param>
/// <param name="WeightBytes">Of it the weights.</param>
/// <param name="EstimatedBytes">What was expected before, at the budget that the questions need.</param>
/// <param name="Tokens">The new tokens of each question.</param>
/// <param name="Step">A step of 16 rows.</param>
public sealed record GenerateResult(
    double Seconds,
    long PromptTokens,
    long PeakBytes,
    long WeightBytes,
    long EstimatedBytes,
    ImmutableArray<ImmutableArray<int>> Tokens,
    DecodeStep Step
);

/// <summary>A step that gives each of some rows its next token, and what this machine could do at best.</summary>
/// <param name="Rows">How many rows.</param>
/// <param name="Seconds">What it takes.</param>
/// <param name="Bytes">What it must read: the weights of decoder and head, and the keys and values of the rows, those that rows share once.</param>
/// <param name="Operations">Floating-point operations of its products.</param>
/// <param name="Bandwidth">Bytes a second of one large sum, measured beside it.</param>
/// <param name="Rate">Operations a second of one large matrix product, measured beside it.</param>
public sealed record DecodeStep(int Rows, double Seconds, double Bytes, double Operations, double Bandwidth, double Rate)
{
    /// <summary>Whether reading takes longer than computing at the machine's best.</summary>
    public bool IsBoundByMemory => Bytes / Bandwidth > Operations / Rate;

    /// <summary>What it takes at the machine's best, as a share of what it takes.</summary>
    public double Share => Math.Max(Bytes / Bandwidth, Operations / Rate) / Seconds;
}
