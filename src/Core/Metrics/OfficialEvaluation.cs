using SVco.Core.Objectives;

namespace SVco.Core.Metrics;

/// <summary>What the official trainer reports on validation pairs.</summary>
public static class OfficialEvaluation
{
    /// <summary>The beta with which the official code reports a term that is off in training (golden/svco).</summary>
    const double BetaOfOffTerms = 0.1;

    /// <summary>
    /// The objective as it is evaluated: of S-VCO's four terms those that are off in training are reported too, over the tokens that the others
    /// use (all of them where these differ) and without a reference where they have none; any other objective is evaluated as it is trained.
    /// </summary>
    public static Objective Of(Objective objective)
    {
        // Over which tokens a term sums does not matter to what it compares. S-VCO with all terms off is the number 0.
        var trained = objective.Over(Tokens.All).Terms().Where(IsOn).Select(Preference.Of).ToArray();
        return trained.All(one => one is { ComparesWithNoImage: true })
            ? Objectives
                .Objectives.SVco(BetaOfOffTerms, BetaOfOffTerms)
                .Terms()
                .Where(term => !trained.Any(one => Compares(one, Preference.Of(term))))
                .Select(term => InMannerOf(objective, term))
                .Prepend(objective)
                .Where(IsOn)
                .Aggregate((sum, term) => sum + term)
            : objective;
    }

    static bool IsOn(Objective term) => term is not Objective.Constant { Number: 0 };

    static Objective InMannerOf(Objective objective, Objective term)
    {
        var cells = objective.Cells();
        var over = term.Over(cells.Select(cell => cell.Tokens).Distinct().ToArray() is [var tokens] ? tokens : Tokens.All);
        return objective.NeedsReference || cells.IsEmpty ? over : over.ReferenceFree();
    }

    static bool Compares(Preference? one, Preference? other) => one?.BetterCell == other?.BetterCell && one?.WorseCell == other?.WorseCell;
}
