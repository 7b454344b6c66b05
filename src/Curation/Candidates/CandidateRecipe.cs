using System.Globalization;
using SVco.Core.Data;

namespace SVco.Curation.Candidates;

/// <summary>Every candidate of the sources whose images can be decoded.</summary>
public sealed record AllCandidates : Recipe<Candidate>.Source
{
    /// <inheritdoc/>
    public override string Call => "All";
}

/// <summary>Those of <see cref="Screening.Sampled"/> thinned out, so that their ratio to the filtered is as it was in another recipe.</summary>
/// <param name="Of">The candidates before.</param>
/// <param name="Like">The recipe whose ratio is kept.</param>
/// <param name="Seed">Of the draw.</param>
public sealed record SampledLike(Recipe<Candidate> Of, Recipe<Candidate> Like, ulong Seed) : Recipe<Candidate>.OwnStep(Of)
{
    /// <inheritdoc/>
    public override string Call => $"SampleLike({Like}, seed: {Seed})";

    /// <summary>Passes over the candidates twice and remembers only the places drawn.</summary>
    public override IEnumerable<Candidate> Apply(IEnumerable<Candidate> before, Func<Recipe<Candidate>, IEnumerable<Candidate>> run)
    {
        var (filteredBefore, sampledBefore) = Tally(run(Like));
        var (filtered, sampled) = Tally(before);
        var wanted = filteredBefore == 0 ? sampled : Math.Min(sampled, Math.Round((double)sampledBefore * filtered / filteredBefore));
        var chosen = new SplitMix64(Seed).Choose((int)wanted, sampled);
        var place = 0;
        foreach (var candidate in before)
        {
            if (candidate.Screening != Screening.Sampled || chosen.Contains(place++))
            {
                yield return candidate;
            }
        }
    }

    static (int Filtered, int Sampled) Tally(IEnumerable<Candidate> candidates)
    {
        var counts = candidates.CountBy(candidate => candidate.Screening).ToDictionary();
        return (counts.GetValueOrDefault(Screening.Filtered), counts.GetValueOrDefault(Screening.Sampled));
    }
}

/// <summary>Which candidates become pairs; none of these steps holds the candidates in memory.</summary>
public static class CandidateRecipe
{
    /// <summary>Every candidate of the sources.</summary>
    public static Recipe<Candidate> All { get; } = new AllCandidates();

    /// <summary>MVC as the paper has it: filtered, and left-right sampled in proportion to the sources.</summary>
    public static Recipe<Candidate> Mvc(Thresholds thresholds, ulong seed) => All.Filter(thresholds).SampleLike(All, seed);

    /// <summary>The paper's raw ablation: not filtered, of the size of MVC.</summary>
    public static Recipe<Candidate> Raw(Thresholds thresholds, ulong seed) => All.SampleAsMany(Mvc(thresholds, seed), seed);

    /// <summary>The filtered candidates within the thresholds, and all that are not filtered.</summary>
    public static Recipe<Candidate> Filter(this Recipe<Candidate> candidates, Thresholds thresholds) =>
        candidates.Where(
            string.Create(CultureInfo.InvariantCulture, $"siglip > {thresholds.SiglipMin:R}, dinov2 < {thresholds.Dinov2Max:R}"),
            candidate => thresholds.Keeps(candidate) != false
        );

    /// <summary>See <see cref="SampledLike"/>.</summary>
    public static Recipe<Candidate> SampleLike(this Recipe<Candidate> candidates, Recipe<Candidate> like, ulong seed) =>
        new SampledLike(candidates, like, seed);

    /// <summary>The name of the first filter that refuses a candidate; null when all let it pass, so that only a sample can have left it out.</summary>
    public static string? RefusedBy(this Recipe<Candidate> recipe, Candidate candidate) =>
        recipe switch
        {
            Recipe<Candidate>.Filtered(var of, var name, var predicate) => of.RefusedBy(candidate) ?? (predicate(candidate) ? null : name),
            Recipe<Candidate>.Step step => step.Of.RefusedBy(candidate),
            _ => null,
        };
}
