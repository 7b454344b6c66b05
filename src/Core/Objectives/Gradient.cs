using System.Collections.Immutable;
using System.Diagnostics;

namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>
    /// The exact derivative of the batch's loss with respect to every policy cell of every pair [pairs]: the weights with which the
    /// log-probabilities are differentiated in turn. Each map has the keys <see cref="Cells"/>; elsewhere the derivative is zero.
    /// </summary>
    /// <exception cref="InvalidOperationException">A cell or length the objective needs is not in the table.</exception>
    public ImmutableArray<ImmutableDictionary<Cell, double>> Gradient(LogProbTable batch) =>
        [
            .. batch.Pairs.Select(pair =>
                Backward(this, 1.0 / batch.Pairs.Length, pair, batch)
                    .GroupBy(share => share.Cell, share => share.Weight)
                    .ToImmutableDictionary(shares => shares.Key, shares => shares.Sum())
            ),
        ];

    /// <summary>Reverse mode: what each occurrence of a policy cell below the node adds to the derivative.</summary>
    static IEnumerable<(Cell Cell, double Weight)> Backward(Objective node, double weight, ScoredPair pair, LogProbTable batch)
    {
        double ValueOf(Objective part) => part.PairValue(pair, batch);
        IEnumerable<(Cell, double)> Into(Objective part, double factor) => Backward(part, weight * factor, pair, batch);

        return node switch
        {
            Constant or Length or LogProb(ModelRole.Reference, _) => [],
            LogProb(_, var cell) => [(cell, weight)],
            Add(var left, var right) => Into(left, 1).Concat(Into(right, 1)),
            Subtract(var left, var right) => Into(left, 1).Concat(Into(right, -1)),
            Multiply(var left, var right) => Into(left, ValueOf(right)).Concat(Into(right, ValueOf(left))),
            Divide(var left, var right) => Into(left, 1 / ValueOf(right))
                .Concat(Into(right, -ValueOf(left) / (ValueOf(right) * ValueOf(right)))),
            Negate(var operand) => Into(operand, -1),
            LogSigmoid(var operand) => Into(operand, SigmoidOf(-ValueOf(operand))),
            Square(var operand) => Into(operand, 2 * ValueOf(operand)),
            TokenMean(var numerator, var count) => Into(numerator, PairWeight(count, batch)),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>1 / (1 + exp(-x)) with the exponential of a negative number only, which cannot overflow.</summary>
    static double SigmoidOf(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}
