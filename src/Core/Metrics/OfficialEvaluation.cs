using SVco.Core.Objectives;

namespace SVco.Core.Metrics;

/// <summary>What the official trainer reports on validation pairs.</summary>
public static class OfficialEvaluation
{
    /// <summary>
    /// The objective as it is evaluated: of S-VCO's four terms those that are off in training are reported too, with beta 0.1
    /// (golden/svco); any other objective is evaluated as it is trained.
    /// </summary>
    public static Objective Of(Objective objective)
    {
        var trained = objective.Terms().Select(Preference.Of).ToArray();
        var missing = Objectives.Objectives.SVco(0.1, 0.1).Terms().Where(term => !trained.Any(one => Compares(one, Preference.Of(term))));
        return trained.All(one => one is { ComparesWithNoImage: true })
            ? missing.Aggregate(objective, (sum, term) => sum + term)
            : objective;
    }

    static bool Compares(Preference? one, Preference? other) => one?.BetterCell == other?.BetterCell && one?.WorseCell == other?.WorseCell;
}
