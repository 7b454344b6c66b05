using SVco.Core.Objectives;

namespace SVco.Core.Metrics;

/// <summary>What a term -LogSigmoid(beta * (better - worse)) prefers: one cell to another, or (an anchor) to nothing.</summary>
/// <param name="Better">The reward of the better cell as it stands in the formula: r, pi, or one of them by length.</param>
/// <param name="Worse">The reward of the worse cell; null for an anchor.</param>
/// <param name="Beta">Above 0.</param>
public sealed record Preference(Objective Better, Objective? Worse, double Beta)
{
    /// <summary>The better cell.</summary>
    public Cell BetterCell => Better.Cells()[0];

    /// <summary>The worse cell; null for an anchor.</summary>
    public Cell? WorseCell => Worse?.Cells()[0];

    /// <summary>Whether this is Attend or Reject (Eq. 3-4): one response with an image and without.</summary>
    public bool ComparesWithNoImage =>
        WorseCell is { } worse
        && BetterCell.Response == worse.Response
        && (BetterCell.Image == ImageCondition.NoImage) != (worse.Image == ImageCondition.NoImage);

    /// <summary>The preference of a term of an objective, also of one with a constant weight or a target margin; null where it has none.</summary>
    public static Preference? Of(Objective term) =>
        term switch
        {
            Objective.Negate(Objective.LogSigmoid(var margin)) => OfMargin(margin),
            Objective.Multiply(Objective.Constant { Number: > 0 }, var weighted) => Of(weighted),
            _ => null,
        };

    static Preference? OfMargin(Objective margin) =>
        margin switch
        {
            Objective.Subtract(var targeted, Objective.Constant) => OfMargin(targeted),
            Objective.Multiply(Objective.Constant { Number: > 0 and var beta }, var difference) => OfDifference(difference, beta),
            _ => OfDifference(margin, 1),
        };

    static Preference? OfDifference(Objective difference, double beta) =>
        difference switch
        {
            Objective.Subtract(var better, var worse) when IsReward(better) && IsReward(worse) => new(better, worse, beta),
            _ when IsReward(difference) => new(difference, null, beta),
            _ => null,
        };

    static bool IsReward(Objective part) =>
        part switch
        {
            Objective.LogProb { Model: ModelRole.Policy } => true,
            Objective.Divide(var reward, Objective.Length) => IsReward(reward),
            _ => Objective.AsLogRatio(part) is not null,
        };
}
