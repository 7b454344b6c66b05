using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using SVco.Core.Metrics;
using SVco.Core.Objectives;

namespace SVco.Core.Tests;

using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

/// <summary>Random tables and objectives.</summary>
public static class Generators
{
    public static readonly ImmutableArray<Cell> AllCells =
    [
        .. from tokens in Enum.GetValues<Tokens>()
        from response in Enum.GetValues<Side>()
        from image in Enum.GetValues<ImageCondition>()
        select new Cell(response, image, tokens),
    ];

    /// <summary>Every objective of the paper and its baselines.</summary>
    public static readonly ImmutableArray<Objective> PaperObjectives =
    [
        Dpo(0.1),
        VisualConditional(0.2),
        Anchor(0.1),
        Mdpo(0.3),
        Attend(0.1),
        Reject(0.5),
        Vco(0.1, 0.2),
        SVco(0.1, 0.3),
        SVco(0.1, 0, 0.3, 0.4),
        OfficialEvaluation.Of(SVco(0.5, 0, 0, 0)),
        Sft(),
        Ipo(0.5),
        Dpo(0.1, 0.2),
        SimPo(2, 0.5),
        ReferenceFree(SVco(0.1, 0.1)),
        SVco(0.1, 0.1).Over(Tokens.Contrast),
    ];

    static Gen<double> Decimal(int low, int high) => Gen.Choose(low * 1000, high * 1000).Select(thousandths => thousandths / 1000.0);

    static Gen<ImmutableDictionary<Cell, double>> Row() =>
        Decimal(-200, 0)
            .ArrayOf(AllCells.Length)
            .Select(values => AllCells.Zip(values).ToImmutableDictionary(entry => entry.First, entry => entry.Second));

    static Gen<ScoredPair> Pair() =>
        from policy in Row()
        from reference in Row()
        from lengths in Gen.Choose(1, 40).ArrayOf(4)
        select new ScoredPair(
            policy,
            reference,
            new Dictionary<(Side, Tokens), int>
            {
                [(Side.W, Tokens.All)] = lengths[0] + lengths[1],
                [(Side.W, Tokens.Contrast)] = lengths[0],
                [(Side.L, Tokens.All)] = lengths[2] + lengths[3],
                [(Side.L, Tokens.Contrast)] = lengths[2],
            }.ToImmutableDictionary()
        );

    public static Arbitrary<ScoredPair> Pairs() => Pair().ToArbitrary();

    public static Arbitrary<LogProbTable> Tables() =>
        Gen.Choose(1, 5).SelectMany(count => Pair().ArrayOf(count)).Select(pairs => new LogProbTable([.. pairs])).ToArbitrary();

    public static Arbitrary<Objective> Objectives() =>
        Gen.Frequency((1, Gen.Elements<Objective>(PaperObjectives)), (3, Gen.Choose(0, 4).SelectMany(Tree))).ToArbitrary();

    /// <summary>The kind is drawn before its generator is made; otherwise every tree would cost all trees of its depth.</summary>
    static Gen<Objective> Tree(int depth) =>
        Gen.Choose(depth == 0 ? 8 : 0, 8)
            .SelectMany(kind =>
                kind switch
                {
                    0 => Two(depth, (left, right) => left + right),
                    1 => Two(depth, (left, right) => left - right),
                    2 => Two(depth, (left, right) => left * right),
                    3 => Tree(depth - 1).Zip(Count(), (left, right) => left / right),
                    4 => Tree(depth - 1).Zip(Count(), TokenMean),
                    5 => Tree(depth - 1).Select(operand => -operand),
                    6 => Tree(depth - 1).Select(LogSigmoid),
                    7 => Tree(depth - 1).Select(Square),
                    _ => Leaf(),
                }
            );

    static Gen<Objective> Two(int depth, Func<Objective, Objective, Objective> join) => Tree(depth - 1).Zip(Tree(depth - 1), join);

    /// <summary>Cells come with a small factor, so that products of several stay where float64 can be differentiated numerically.</summary>
    static Gen<Objective> Leaf() =>
        Gen.OneOf(
            Gen.Elements<Cell>(AllCells).Zip(Gen.Choose(0, 2), (cell, kind) => 0.01 * Of(cell, kind)),
            Decimal(-2, 2).Select(number => (Objective)number),
            Count().Select(count => 0.01 * count)
        );

    static Objective Of(Cell cell, int kind) =>
        (kind, new Objective.LogProb(ModelRole.Policy, cell), new Objective.LogProb(ModelRole.Reference, cell)) switch
        {
            (0, var policy, _) => policy,
            (1, _, var reference) => reference,
            (_, var policy, var reference) => policy - reference,
        };

    static Gen<Objective> Count() =>
        Gen.OneOf(
            Gen.Elements(Enum.GetValues<Side>())
                .Zip(Gen.Elements(Enum.GetValues<Tokens>()), (side, tokens) => (Objective)new Objective.Length(side, tokens)),
            Gen.Choose(1, 3).Select(number => (Objective)number)
        );
}

/// <summary>A property whose tables and objectives come from <see cref="Generators"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LawAttribute : FsCheck.Xunit.PropertyAttribute
{
    public LawAttribute() => Arbitrary = [typeof(Generators)];
}

/// <summary>Comparisons of floating-point numbers.</summary>
public static class Closeness
{
    /// <summary>Equal up to rounding: the default is some thousand units in the last place, since sums are taken in another order.</summary>
    public static bool IsCloseTo(this double actual, double expected, double relative = 1e-12, double scale = 0) =>
        actual == expected || Math.Abs(actual - expected) <= relative * Math.Max(scale, Math.Max(Math.Abs(actual), Math.Abs(expected)));
}
