using SVco.Core.Objectives;

namespace SVco.Core.Metrics;

/// <summary>What terms and cells are called: short for people, and as the official trainer logs them (golden/svco, log_history).</summary>
static class MetricNames
{
    /// <summary>The human name of a term: attend W, preference, ...; the formula where there is none.</summary>
    public static string Of(Objective term, Preference? preference) =>
        preference is null || Kind(preference) is not { } kind ? term.ToString()
        : preference.BetterCell.Tokens == Tokens.Contrast ? $"{kind} (contrast tokens)"
        : kind;

    /// <summary>The official name of a term, e.g. img_win_vs_no_img; for a term the official code does not have, its human name.</summary>
    public static string Official(string name) =>
        name switch
        {
            "attend W" => "img_win_vs_no_img",
            "reject W" => "no_img_vs_img_lose",
            "attend L" => "img_lose_vs_no_img",
            "reject L" => "no_img_vs_img_win",
            _ => name.Replace(' ', '_'),
        };

    /// <summary>The official name of a cell, e.g. img_rejected_res_chosen for W.Mismatch.</summary>
    public static string Official(Cell cell) =>
        (
            cell.Image switch
            {
                ImageCondition.NoImage => "no_img",
                ImageCondition.Match => $"img_{Role(cell.Response)}",
                _ => $"img_{Role(cell.Swap().Response)}",
            }
        ) + $"_res_{Role(cell.Response)}{(cell.Tokens == Tokens.All ? "" : "_contrast")}";

    static string Role(Side side) => side == Side.W ? "chosen" : "rejected";

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
