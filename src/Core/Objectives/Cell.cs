namespace SVco.Core.Objectives;

/// <summary>One of the two sides of a contrast pair: an image and the response that matches it.</summary>
public enum Side
{
    /// <summary>The side called chosen (w) in the paper.</summary>
    W,

    /// <summary>The side called rejected (l) in the paper.</summary>
    L,
}

/// <summary>The image under which a response is scored.</summary>
public enum ImageCondition
{
    /// <summary>The response's own image.</summary>
    Match,

    /// <summary>The other side's image.</summary>
    Mismatch,

    /// <summary>The same conversation without an image.</summary>
    NoImage,
}

/// <summary>Which tokens of a response a sum runs over; the choice does not depend on the model.</summary>
public enum Tokens
{
    /// <summary>Every labelled token of the response.</summary>
    All,

    /// <summary>Only the labelled tokens in which the two responses of the pair differ.</summary>
    Contrast,
}

/// <summary>A cell of the 2 x 3 table: log p(response | image condition, query), summed over the chosen tokens.</summary>
public readonly record struct Cell(Side Response, ImageCondition Image, Tokens Tokens = Tokens.All)
{
    /// <summary>The cell with the two sides of the pair exchanged.</summary>
    public Cell Swap() => this with { Response = Response == Side.W ? Side.L : Side.W };

    /// <summary>The cell as a formula writes it, e.g. <c>W.Match</c> or <c>L.NoImage.Over(Tokens.Contrast)</c>.</summary>
    public override string ToString() => $"{Response}.{Image}{(Tokens == Tokens.All ? "" : $".Over(Tokens.{Tokens})")}";

    /// <summary>The cell that a text of <see cref="ToString"/> names.</summary>
    /// <exception cref="UserException">It names none.</exception>
    public static Cell Parse(string text) =>
        Objective.Parse($"pi.{text}") is Objective.LogProb(_, var cell) && cell.ToString() == text
            ? cell
            : throw new UserException($"'{text}' is no cell such as W.Match or L.NoImage.Over(Tokens.Contrast).");
}
