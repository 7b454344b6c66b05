using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SVco.Core;
using SVco.Core.Data;

namespace SVco.Curation.Candidates;

/// <summary>
/// Which candidates become pairs, as a value: all of the sources and steps over them. It streams; only what is drawn at random is
/// remembered, by its place.
/// </summary>
public abstract record CandidateRecipe
{
    CandidateRecipe() { }

    /// <summary>Every candidate of the sources whose images can be decoded.</summary>
    public sealed record Sources : CandidateRecipe;

    /// <summary>The candidates that a predicate holds for; the name stands for it in the fingerprint.</summary>
    public sealed record Filtered(CandidateRecipe Of, string Name, Func<Candidate, bool> Predicate) : CandidateRecipe;

    /// <summary>Those of <see cref="Screening.Sampled"/> thinned out, so that their ratio to the filtered is as it was in <paramref name="Like"/>.</summary>
    public sealed record SampledLike(CandidateRecipe Of, CandidateRecipe Like, ulong Seed) : CandidateRecipe;

    /// <summary>As many as another recipe gives, drawn at random, in the order before.</summary>
    public sealed record SampledAsMany(CandidateRecipe Of, CandidateRecipe As, ulong Seed) : CandidateRecipe;

    /// <summary>So many, drawn at random, in the order before.</summary>
    public sealed record Sampled(CandidateRecipe Of, int Count, ulong Seed) : CandidateRecipe;

    /// <summary>Every candidate of the sources.</summary>
    public static CandidateRecipe All { get; } = new Sources();

    /// <summary>MVC as the paper has it: filtered, and left-right sampled in proportion to the sources.</summary>
    public static CandidateRecipe Mvc(Thresholds thresholds, ulong seed) => All.Filter(thresholds).SampleLike(All, seed);

    /// <summary>The paper's raw ablation: not filtered, of the size of MVC.</summary>
    public static CandidateRecipe Raw(Thresholds thresholds, ulong seed) => All.SampleAsMany(Mvc(thresholds, seed), seed);

    /// <summary>The candidates that a predicate holds for.</summary>
    /// <exception cref="UserException">The name is empty.</exception>
    public CandidateRecipe Where(string name, Func<Candidate, bool> predicate) =>
        string.IsNullOrWhiteSpace(name)
            ? throw new UserException("A filter of a recipe needs a name, which stands for it in the fingerprint.")
            : new Filtered(this, name, predicate);

    /// <summary>The filtered candidates within the thresholds, and all that are not filtered.</summary>
    public CandidateRecipe Filter(Thresholds thresholds) =>
        Where(
            string.Create(CultureInfo.InvariantCulture, $"siglip > {thresholds.SiglipMin:R}, dinov2 < {thresholds.Dinov2Max:R}"),
            candidate => thresholds.Keeps(candidate) != false
        );

    /// <summary>See <see cref="SampledLike"/>.</summary>
    public CandidateRecipe SampleLike(CandidateRecipe like, ulong seed) => new SampledLike(this, like, seed);

    /// <summary>See <see cref="SampledAsMany"/>.</summary>
    public CandidateRecipe SampleAsMany(CandidateRecipe recipe, ulong seed) => new SampledAsMany(this, recipe, seed);

    /// <summary>So many, drawn at random; running it throws a <see cref="UserException"/> when there are fewer.</summary>
    /// <exception cref="UserException">The count is negative.</exception>
    public CandidateRecipe Sample(int count, ulong seed) =>
        count >= 0 ? new Sampled(this, count, seed) : throw new UserException($"A number of pairs is not negative, but {count} is.");

    /// <summary>Runs the recipe.</summary>
    /// <param name="read">Gives all candidates in their order; called as often as the recipe needs to pass over them.</param>
    /// <exception cref="UserException">A sample asks for more than there are (thrown while running).</exception>
    public IEnumerable<Candidate> Candidates(Func<IEnumerable<Candidate>> read) =>
        this switch
        {
            Sources => read(),
            Filtered(var of, _, var predicate) => of.Candidates(read).Where(predicate),
            SampledLike(var of, var like, var seed) => Proportional(of, like, seed, read),
            SampledAsMany(var of, var other, var seed) => Drawn(of, other.Candidates(read).Count(), seed, read),
            Sampled(var of, var count, var seed) => Drawn(of, count, seed, read),
            _ => throw new UnreachableException(),
        };

    /// <summary>The name of the first filter that refuses a candidate; null when all let it pass, so that only a sample can have left it out.</summary>
    public string? RefusedBy(Candidate candidate) =>
        this switch
        {
            Filtered(var of, var name, var predicate) => of.RefusedBy(candidate) ?? (predicate(candidate) ? null : name),
            SampledLike(var of, _, _) => of.RefusedBy(candidate),
            SampledAsMany(var of, _, _) => of.RefusedBy(candidate),
            Sampled(var of, _, _) => of.RefusedBy(candidate),
            _ => null,
        };

    /// <summary>The recipe as one line of a script; a predicate is represented by its name.</summary>
    public string Description =>
        this switch
        {
            Sources => "All",
            Filtered(var of, var name, _) => $"{of}.Where(\"{name}\")",
            SampledLike(var of, var like, var seed) => $"{of}.SampleLike({like}, seed: {seed})",
            SampledAsMany(var of, var other, var seed) => $"{of}.SampleAsMany({other}, seed: {seed})",
            Sampled(var of, var count, var seed) => $"{of}.Sample({count}, seed: {seed})",
            _ => throw new UnreachableException(),
        };

    /// <summary>SHA-256 of the description in hexadecimal.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Description)));

    /// <summary>The <see cref="Description"/>.</summary>
    public sealed override string ToString() => Description;

    static IEnumerable<Candidate> Proportional(CandidateRecipe of, CandidateRecipe like, ulong seed, Func<IEnumerable<Candidate>> read)
    {
        var (filteredBefore, sampledBefore) = Tally(like.Candidates(read));
        var (filtered, sampled) = Tally(of.Candidates(read));
        var wanted = filteredBefore == 0 ? sampled : Math.Min(sampled, Math.Round((double)sampledBefore * filtered / filteredBefore));
        var chosen = Places(sampled, (int)wanted, seed);
        var place = 0;
        foreach (var candidate in of.Candidates(read))
        {
            if (candidate.Screening != Screening.Sampled || chosen.Contains(place++))
            {
                yield return candidate;
            }
        }
    }

    static (int Filtered, int Sampled) Tally(IEnumerable<Candidate> candidates) =>
        candidates.Aggregate(
            (Filtered: 0, Sampled: 0),
            (count, candidate) =>
                candidate.Screening switch
                {
                    Screening.Filtered => (count.Filtered + 1, count.Sampled),
                    Screening.Sampled => (count.Filtered, count.Sampled + 1),
                    _ => count,
                }
        );

    static IEnumerable<Candidate> Drawn(CandidateRecipe of, int count, ulong seed, Func<IEnumerable<Candidate>> read)
    {
        var there = of.Candidates(read).Count();
        if (there < count)
        {
            throw new UserException($"The recipe {of} is asked for {count} candidates, but gives only {there}.");
        }

        var chosen = Places(there, count, seed);
        return of.Candidates(read).Where((_, place) => chosen.Contains(place));
    }

    /// <summary>Some of the numbers from 0 on, every choice equally likely (Floyd; Bentley, Programming Pearls, CACM 30(9), 1987).</summary>
    static ImmutableHashSet<int> Places(int of, int count, ulong seed)
    {
        var random = new SplitMix64(seed);
        var chosen = ImmutableHashSet.CreateBuilder<int>();
        for (var last = of - count; last < of; last++)
        {
            if (!chosen.Add(random.Below(last + 1)))
            {
                chosen.Add(last);
            }
        }

        return chosen.ToImmutable();
    }
}
