using System.Collections.Immutable;
using System.Diagnostics;

namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>The loss of a batch: the mean over its pairs.</summary>
    /// <exception cref="InvalidOperationException">A cell or length the objective needs is not in the table.</exception>
    public double Value(LogProbTable batch) => PairValues(batch).Average();

    /// <summary>The loss of a single pair.</summary>
    /// <exception cref="InvalidOperationException">A cell or length the objective needs is not in the table.</exception>
    public double Value(ScoredPair pair) => Value(new LogProbTable([pair]));

    /// <summary>The loss of each pair [pairs]; the batch's loss is their mean.</summary>
    /// <exception cref="InvalidOperationException">A cell or length the objective needs is not in the table.</exception>
    public ImmutableArray<double> PairValues(LogProbTable batch) => [.. batch.Pairs.Select(pair => PairValue(pair, batch))];

    double PairValue(ScoredPair pair, LogProbTable batch) =>
        this switch
        {
            Constant(var number) => number,
            LogProb(var model, var cell) => pair.LogProb(model, cell),
            Length(var response, var tokens) => pair.Length(response, tokens),
            Add(var left, var right) => left.PairValue(pair, batch) + right.PairValue(pair, batch),
            Subtract(var left, var right) => left.PairValue(pair, batch) - right.PairValue(pair, batch),
            Multiply(var left, var right) => left.PairValue(pair, batch) * right.PairValue(pair, batch),
            Divide(var left, var right) => left.PairValue(pair, batch) / right.PairValue(pair, batch),
            Negate(var operand) => -operand.PairValue(pair, batch),
            LogSigmoid(var operand) => LogSigmoidOf(operand.PairValue(pair, batch)),
            Square(var operand) => operand.PairValue(pair, batch) is var value ? value * value : default,
            TokenMean(var numerator, var count) => numerator.PairValue(pair, batch) * PairWeight(count, batch),
            _ => throw new UnreachableException(),
        };

    static double PairWeight(Objective count, LogProbTable batch) => batch.Pairs.Length / count.PairValues(batch).Sum();

    /// <summary>min(x, 0) - log(1 + exp(-|x|)): exact for every size of x.</summary>
    static double LogSigmoidOf(double x) => Math.Min(x, 0) - Log1p(Math.Exp(-Math.Abs(x)));

    /// <summary>log(1 + x) for x in [0, 1] without losing small x to the 1 (Kahan's correction; Goldberg 1991, theorem 4).</summary>
    static double Log1p(double x) => 1 + x is var sum && sum == 1 ? x : x * Math.Log(sum) / (sum - 1);
}
