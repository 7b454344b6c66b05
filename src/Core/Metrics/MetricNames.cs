using SVco.Core.Objectives;

namespace SVco.Core.Metrics;

/// <summary>What terms are called.</summary>
static class MetricNames
{
    /// <summary>The short name of a term: attend W, preference, ...; the formula where there is none.</summary>
    public static string Of(Objective term, Preference? preference) =>
        preference is null || Kind(preference) is not { } kind ? term.ToString()
        : preference.BetterCell.Tokens == Tokens.Contrast ? $"{kind} (contrast tokens)"
        : kind;

    static string? Kind(Preference preference) =>
        (preference.BetterCell, preference.WorseCell) switch
        {
            ((var side, ImageCondition.Match, _), null) => Sided("anchor", side),
            (_, null) => null,
            ((var better, ImageCondition.Match, _), (var worse, ImageCondition.NoImage, _)) when better == worse => $"attend {better}",
            ((var better, ImageCondition.NoImage, _), (var worse, ImageCondition.Mismatch, _)) when better == worse => $"reject {better}",
            ((var better, ImageCondition.Match, _), (var worse, ImageCondition.Mismatch, _)) when better == worse => Sided(
                "visual-conditional",
                better
            ),
            ((var better, ImageCondition.Match, _), (_, ImageCondition.Mismatch, _)) => Sided("preference", better),
            _ => null,
        };

    static string Sided(string name, Side side) => side == Side.W ? name : $"{name} L";
}
