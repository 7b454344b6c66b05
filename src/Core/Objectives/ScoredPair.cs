using System.Collections.Immutable;

namespace SVco.Core.Objectives;

/// <summary>Which model gave a log-probability.</summary>
public enum ModelRole
{
    /// <summary>The model that is trained (pi).</summary>
    Policy,

    /// <summary>The frozen starting model (ref).</summary>
    Reference,
}

/// <summary>The table of one contrast pair: log-probabilities in nats and the numbers of tokens they are summed over.</summary>
/// <param name="Policy">The policy's log-probability of each cell that was scored.</param>
/// <param name="Reference">The reference's; empty where the objective needs none.</param>
/// <param name="Lengths">The number of labelled tokens of a response under a token selection.</param>
public sealed record ScoredPair(
    ImmutableDictionary<Cell, double> Policy,
    ImmutableDictionary<Cell, double> Reference,
    ImmutableDictionary<(Side Response, Tokens Tokens), int> Lengths
)
{
    /// <summary>The pair with its two sides exchanged.</summary>
    public ScoredPair Swap() =>
        new(
            Policy.ToImmutableDictionary(entry => entry.Key.Swap(), entry => entry.Value),
            Reference.ToImmutableDictionary(entry => entry.Key.Swap(), entry => entry.Value),
            Lengths.ToImmutableDictionary(
                entry => entry.Key with { Response = entry.Key.Response == Side.W ? Side.L : Side.W },
                entry => entry.Value
            )
        );

    /// <summary>The log-probability of a cell.</summary>
    /// <exception cref="InvalidOperationException">The cell was not scored.</exception>
    public double LogProb(ModelRole model, Cell cell) =>
        (model == ModelRole.Policy ? Policy : Reference).TryGetValue(cell, out var logProb)
            ? logProb
            : throw new InvalidOperationException($"The cell {cell} was not scored by the {model.ToString().ToLowerInvariant()}.");

    /// <summary>The number of labelled tokens of a response.</summary>
    /// <exception cref="InvalidOperationException">The length was not given.</exception>
    public int Length(Side response, Tokens tokens) =>
        Lengths.TryGetValue((response, tokens), out var length)
            ? length
            : throw new InvalidOperationException($"The length of response {response} over {tokens} tokens was not given.");
}

/// <summary>The tables of a batch of pairs.</summary>
/// <param name="Pairs">At least one pair.</param>
public sealed record LogProbTable(ImmutableArray<ScoredPair> Pairs)
{
    /// <summary>The pairs [pairs], at least one.</summary>
    public ImmutableArray<ScoredPair> Pairs { get; } =
        Pairs.IsDefaultOrEmpty ? throw new ArgumentException("A batch has at least one pair.", nameof(Pairs)) : Pairs;

    /// <summary>The batch with the two sides of every pair exchanged.</summary>
    public LogProbTable Swap() => new([.. Pairs.Select(pair => pair.Swap())]);
}
