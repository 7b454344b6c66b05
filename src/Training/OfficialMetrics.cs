using System.Collections.Immutable;
using SVco.Core.Metrics;
using SVco.Core.Objectives;

namespace SVco.Training;

/// <summary>Metrics as the official trainer logs them (golden/svco, log_history).</summary>
public static class OfficialMetrics
{
    /// <summary>The numbers under the official trainer's names, e.g. train_reward_acc/img_win_vs_no_img_reward_accuracies.</summary>
    /// <param name="metrics">The numbers.</param>
    /// <param name="prefix">train or eval.</param>
    public static ImmutableSortedDictionary<string, double> Official(this TableMetrics metrics, string prefix)
    {
        IEnumerable<(string Name, double? Value)> OfTerm(TermMetrics term) =>
            [
                ($"{prefix}_losses/{NameOf(term)}_loss", term.Loss),
                ($"{prefix}_reward_acc/{NameOf(term)}_reward_accuracies", term.Accuracy),
                ($"{prefix}_reward_margin/{NameOf(term)}_reward_margins", term.Margin),
                ($"{prefix}_pi_logratios/pi_logratios_{NameOf(term)}_distance", term.Distance),
            ];
        IEnumerable<(string Name, double? Value)> OfCell(CellMetrics cell) =>
            [
                ($"{prefix}_rewards/rewards_{NameOf(cell.Cell)}", cell.Reward),
                ($"{prefix}_logps/policy_logps_{NameOf(cell.Cell)}", cell.LogProb),
            ];

        return metrics
            .Terms.SelectMany(OfTerm)
            .Concat(metrics.Cells.SelectMany(OfCell))
            .Where(metric => metric.Value is not null)
            .ToImmutableSortedDictionary(metric => metric.Name, metric => metric.Value!.Value, StringComparer.Ordinal);
    }

    /// <summary>The name of the term whose reward margin a number is, such as attend W; null where the number is another.</summary>
    /// <param name="name">The number's official name.</param>
    /// <param name="prefix">train or eval.</param>
    public static string? TermOfMargin(string name, string prefix) =>
        name.Split($"{prefix}_reward_margin/") is ["", var rest] && rest.Split("_reward_margins") is [var term, ""]
            ? Names.FirstOrDefault(known => known.Official == term).Term ?? term.Replace('_', ' ')
            : null;

    static readonly ImmutableArray<(string Term, string Official)> Names =
    [
        ("attend W", "img_win_vs_no_img"),
        ("reject W", "no_img_vs_img_lose"),
        ("attend L", "img_lose_vs_no_img"),
        ("reject L", "no_img_vs_img_win"),
    ];

    /// <summary>The official name of a term, e.g. img_win_vs_no_img; for a term the official code does not have, its own name.</summary>
    static string NameOf(TermMetrics term) =>
        Names.FirstOrDefault(known => known.Term == term.Name).Official ?? term.Name.Replace(' ', '_');

    /// <summary>The official name of a cell, e.g. img_rejected_res_chosen for W.Mismatch.</summary>
    static string NameOf(Cell cell) =>
        (
            cell.Image switch
            {
                ImageCondition.NoImage => "no_img",
                ImageCondition.Match => $"img_{Role(cell.Response)}",
                _ => $"img_{Role(cell.Swap().Response)}",
            }
        ) + $"_res_{Role(cell.Response)}{(cell.Tokens == Tokens.All ? "" : "_contrast")}";

    static string Role(Side side) => side == Side.W ? "chosen" : "rejected";
}
