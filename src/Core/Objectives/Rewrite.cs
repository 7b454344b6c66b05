using System.Collections.Immutable;

namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>The objective with W and L exchanged everywhere.</summary>
    public Objective Swap() =>
        Rewrite(node =>
            node switch
            {
                LogProb(var model, var cell) => new LogProb(model, cell.Swap()),
                Length(var response, var tokens) => new Length(response == Side.W ? Side.L : Side.W, tokens),
                _ => null,
            }
        );

    /// <summary>The objective plus its exchange: both images are the right one for their own text (Eq. 6-7).</summary>
    public Objective Symmetric() => this + Swap();

    /// <summary>The same objective over another choice of tokens, in all its cells and lengths.</summary>
    public Objective Over(Tokens tokens) =>
        Rewrite(node =>
            node switch
            {
                LogProb(var model, var cell) => new LogProb(model, cell with { Tokens = tokens }),
                Length(var response, _) => new Length(response, tokens),
                _ => null,
            }
        );

    /// <summary>The reference-free variant: the policy's log-probability takes the place of its ratio to the reference.</summary>
    public Objective ReferenceFree() =>
        Rewrite(node =>
            node switch
            {
                _ when AsLogRatio(node) is { } cell => new LogProb(ModelRole.Policy, cell),
                LogProb(ModelRole.Reference, _) => new Constant(0),
                _ => null,
            }
        );

    /// <summary>The top-level summands; their values add up to the objective's.</summary>
    public ImmutableArray<Objective> Terms() => this is Add(var left, var right) ? [.. left.Terms(), .. right.Terms()] : [this];

    /// <summary>The cell c when the node is r(c), i.e. log pi(c) - log ref(c).</summary>
    internal static Cell? AsLogRatio(Objective node) =>
        node is Subtract(LogProb(ModelRole.Policy, var cell), LogProb(ModelRole.Reference, var other)) && cell == other ? cell : null;

    internal IEnumerable<Objective> Leaves() =>
        this switch
        {
            Add(var left, var right) => left.Leaves().Concat(right.Leaves()),
            Subtract(var left, var right) => left.Leaves().Concat(right.Leaves()),
            Multiply(var left, var right) => left.Leaves().Concat(right.Leaves()),
            Divide(var left, var right) => left.Leaves().Concat(right.Leaves()),
            TokenMean(var numerator, var count) => numerator.Leaves().Concat(count.Leaves()),
            Negate(var operand) => operand.Leaves(),
            LogSigmoid(var operand) => operand.Leaves(),
            Square(var operand) => operand.Leaves(),
            _ => [this],
        };

    /// <summary>The tree with each node replaced for which there is a replacement, outermost first.</summary>
    Objective Rewrite(Func<Objective, Objective?> replacement) =>
        replacement(this)
        ?? this switch
        {
            Add(var left, var right) => new Add(left.Rewrite(replacement), right.Rewrite(replacement)),
            Subtract(var left, var right) => new Subtract(left.Rewrite(replacement), right.Rewrite(replacement)),
            Multiply(var left, var right) => new Multiply(left.Rewrite(replacement), right.Rewrite(replacement)),
            Divide(var left, var right) => new Divide(left.Rewrite(replacement), right.Rewrite(replacement)),
            TokenMean(var numerator, var count) => new TokenMean(numerator.Rewrite(replacement), count.Rewrite(replacement)),
            Negate(var operand) => new Negate(operand.Rewrite(replacement)),
            LogSigmoid(var operand) => new LogSigmoid(operand.Rewrite(replacement)),
            Square(var operand) => new Square(operand.Rewrite(replacement)),
            _ => this,
        };
}
