using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Study;

/// <summary>A study: which base model, which pairs, which objectives with which settings, which seeds, measured on what.</summary>
/// <param name="Name">The name of its folder.</param>
/// <param name="BaseModel">The folder of the base model.</param>
/// <param name="Pairs">How the finetuning pairs are made.</param>
/// <param name="Filtered">Whether <see cref="PairFilter"/> chooses them from half as many more.</param>
/// <param name="Treatments">What is compared.</param>
/// <param name="Seeds">Finetuning seeds: other pairs in another order. The base model and the benchmarks' items stay.</param>
/// <param name="Split">Whose scenes the benchmarks show.</param>
/// <param name="Items">Items in each category of the benchmarks.</param>
public sealed record StudySettings(
    string Name,
    string BaseModel,
    PairDials Pairs,
    bool Filtered,
    ImmutableArray<Treatment> Treatments,
    ImmutableArray<int> Seeds,
    Split Split,
    int Items
)
{
    /// <summary>Pairs in an optimiser step.</summary>
    public const int Batch = 16;

    // The first items of seed 0 were looked at while the benchmarks were written.
    const ulong ItemSeed = 1;

    /// <summary>The benchmarks of the study.</summary>
    public ImmutableArray<Benchmark> Benchmarks() => BenchmarkSuite.Draw(Split, Items, ItemSeed);

    /// <summary>The pairs of captions whose perplexities are measured.</summary>
    public ImmutableArray<ContrastPair> Captions() => BenchmarkSuite.Captions(Split, Items, ItemSeed);

    /// <summary>The settings, if they make sense.</summary>
    /// <exception cref="UserException">They do not; the message says why.</exception>
    public StudySettings Validated() =>
        Seeds.IsEmpty ? throw new UserException("A study needs at least one seed.")
        : Treatments.Select(treatment => treatment.Name).Append(MiniatureStudy.Base).Distinct().Count() <= Treatments.Length
            ? throw new UserException("The objectives of a study need different names, and none may be called base.")
        : this with { Pairs = Pairs.Validated() };
}
