namespace SVco.Core.Objectives;

/// <summary>
/// A training objective: an immutable expression over the log-probability table of a contrast pair. The loss of a batch is the mean
/// over its pairs. What it costs and what is logged is read off the expression; see the interpreters in the files beside this one.
/// </summary>
public abstract partial record Objective
{
    /// <summary>The largest formula in nodes; S-VCO has 31. A formula is printed, logged and differentiated node by node.</summary>
    const int MostNodes = 20_000;

    readonly int nodes;

    Objective(params ReadOnlySpan<Objective> parts)
    {
        nodes = 1;
        foreach (var part in parts)
        {
            nodes += part.nodes;
        }

        if (nodes > MostNodes)
        {
            throw new UserException(
                $"The objective has more than {MostNodes} parts. Each Symmetric doubles what is in it, so few of them inside each other are too many."
            );
        }
    }

    /// <summary>A fixed finite number.</summary>
    public sealed record Constant(double Number) : Objective
    {
        /// <summary>The number.</summary>
        public double Number { get; } =
            double.IsFinite(Number) ? Number : throw new UserException($"An objective holds the number {Number}; give a finite one.");
    }

    /// <summary>The log-probability of a cell under one of the two models.</summary>
    public sealed record LogProb(ModelRole Model, Cell Cell) : Objective;

    /// <summary>The number of labelled tokens of a response.</summary>
    public sealed record Length(Side Response, Tokens Tokens) : Objective;

    /// <summary>Left + Right.</summary>
    public sealed record Add(Objective Left, Objective Right) : Objective(Left, Right);

    /// <summary>Left - Right.</summary>
    public sealed record Subtract(Objective Left, Objective Right) : Objective(Left, Right);

    /// <summary>Left * Right.</summary>
    public sealed record Multiply(Objective Left, Objective Right) : Objective(Left, Right);

    /// <summary>Left / Right, as floating point does it: a length of 0 gives a value that is not finite.</summary>
    public sealed record Divide(Objective Left, Objective Right) : Objective(Left, Right);

    /// <summary>-Operand.</summary>
    public sealed record Negate(Objective Operand) : Objective(Operand);

    /// <summary>log(1 / (1 + exp(-Operand))).</summary>
    public sealed record LogSigmoid(Objective Operand) : Objective(Operand);

    /// <summary>Operand squared.</summary>
    public sealed record Square(Objective Operand) : Objective(Operand);

    /// <summary>
    /// The sum of <paramref name="Numerator"/> over the batch divided by the sum of <paramref name="Count"/> over the batch. A pair's
    /// value is pairs * numerator / (sum of count), so that the mean over pairs, which every batch loss is, gives just that.
    /// </summary>
    public sealed record TokenMean(Objective Numerator, Objective Count) : Objective(Numerator, Count)
    {
        /// <summary>The weight of a pair, made of lengths and numbers only.</summary>
        public Objective Count { get; } =
            Count.Leaves().Any(leaf => leaf is LogProb)
                ? throw new UserException(
                    $"The count of a TokenMean is made of lengths and numbers, but {Count} depends on a model; use e.g. length.W."
                )
                : Count;
    }

    /// <summary>A number as a constant objective.</summary>
    public static implicit operator Objective(double number) => new Constant(number);

    /// <summary>The sum of two objectives.</summary>
    public static Objective operator +(Objective left, Objective right) => new Add(left, right);

    /// <summary>The difference of two objectives.</summary>
    public static Objective operator -(Objective left, Objective right) => new Subtract(left, right);

    /// <summary>The product of two objectives.</summary>
    public static Objective operator *(Objective left, Objective right) => new Multiply(left, right);

    /// <summary>The quotient of two objectives.</summary>
    public static Objective operator /(Objective left, Objective right) => new Divide(left, right);

    /// <summary>The negated objective.</summary>
    public static Objective operator -(Objective operand) => new Negate(operand);
}
