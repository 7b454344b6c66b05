using System.Globalization;

namespace SVco.Curation;

/// <summary>How far the calls of an augmentation are.</summary>
/// <param name="Done">Pairs that have their texts or are refused.</param>
/// <param name="Journaled">The first of them, whose answers all came from the journal.</param>
/// <param name="Total">All pairs.</param>
/// <param name="Refused">Pairs that got no texts.</param>
/// <param name="InputTokens">Tokens of all prompts in the journal.</param>
/// <param name="OutputTokens">Tokens of all answers in the journal.</param>
/// <param name="Spent">What they cost.</param>
/// <param name="Currency">In which currency.</param>
public sealed record AugmentProgress(
    int Done,
    int Journaled,
    int Total,
    int Refused,
    long InputTokens,
    long OutputTokens,
    double Spent,
    string Currency
)
{
    /// <summary>Tokens, cost, and refused pairs, for people.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{InputTokens} + {OutputTokens} tokens, {Spent:F4} {Currency}, {Refused} refused");
}
