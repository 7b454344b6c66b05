namespace SVco.Core.Objectives;

/// <summary>
/// The words of a formula, for <c>using static</c>: <c>-LogSigmoid(0.1 * (r.W.Match - r.W.Mismatch)) + 0.01 * Square(r.W.Match)</c>.
/// Their names are the paper's, hence the small letters.
/// </summary>
public static class Formula
{
    /// <summary>r = log pi - log ref, the log-ratio of policy and reference.</summary>
    public static CellFormulas r { get; } =
        new(cell => new Objective.LogProb(ModelRole.Policy, cell) - new Objective.LogProb(ModelRole.Reference, cell));

    /// <summary>The policy's log-probabilities alone.</summary>
    public static CellFormulas pi { get; } = new(cell => new Objective.LogProb(ModelRole.Policy, cell));

    /// <summary>The reference's log-probabilities alone.</summary>
    public static CellFormulas reference { get; } = new(cell => new Objective.LogProb(ModelRole.Reference, cell));

    /// <summary>The numbers of labelled tokens of the responses.</summary>
    public static LengthFormulas length { get; } = new();

    /// <summary>log(1 / (1 + exp(-x))).</summary>
    public static Objective LogSigmoid(Objective x) => new Objective.LogSigmoid(x);

    /// <summary>x squared.</summary>
    public static Objective Square(Objective x) => new Objective.Square(x);

    /// <summary>Sum of the numerator over sum of the count, both over the batch.</summary>
    /// <exception cref="UserException">The count depends on a model.</exception>
    public static Objective TokenMean(Objective numerator, Objective count) => new Objective.TokenMean(numerator, count);

    /// <summary>The objective with W and L exchanged.</summary>
    public static Objective Swap(Objective objective) => objective.Swap();

    /// <summary>The objective plus its exchange.</summary>
    public static Objective Symmetric(Objective objective) => objective.Symmetric();

    /// <summary>The objective with pi in the place of r.</summary>
    public static Objective ReferenceFree(Objective objective) => objective.ReferenceFree();
}

/// <summary>The six cells of the table as expressions: <c>r.W.Match</c>.</summary>
public sealed class CellFormulas(Func<Cell, Objective> formula)
{
    /// <summary>The response of side W under its three image conditions.</summary>
    public ResponseFormulas W { get; } = new(Side.W, formula);

    /// <summary>The response of side L under its three image conditions.</summary>
    public ResponseFormulas L { get; } = new(Side.L, formula);
}

/// <summary>One row of the table as expressions.</summary>
public sealed class ResponseFormulas(Side response, Func<Cell, Objective> formula)
{
    /// <summary>Under the response's own image.</summary>
    public Objective Match => formula(new(response, ImageCondition.Match));

    /// <summary>Under the other side's image.</summary>
    public Objective Mismatch => formula(new(response, ImageCondition.Mismatch));

    /// <summary>Without an image.</summary>
    public Objective NoImage => formula(new(response, ImageCondition.NoImage));
}

/// <summary>The lengths of the two responses as expressions: <c>length.W</c>.</summary>
public sealed class LengthFormulas
{
    /// <summary>The number of labelled tokens of response W.</summary>
    public Objective W => new Objective.Length(Side.W, Tokens.All);

    /// <summary>The number of labelled tokens of response L.</summary>
    public Objective L => new Objective.Length(Side.L, Tokens.All);
}
