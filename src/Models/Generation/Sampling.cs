namespace SVco.Models.Generation;

/// <summary>Draws tokens in place of taking the most likely one.</summary>
/// <param name="Temperature">Logits are divided by it; above 0.</param>
/// <param name="TopP">
/// Tokens are drawn from the fewest most likely ones that together have at least this probability (Holtzman et al., arXiv 1904.09751); above 0,
/// at most 1.
/// </param>
public sealed record Sampling(double Temperature, double TopP = 1)
{
    /// <summary>Logits are divided by it.</summary>
    public double Temperature { get; } =
        Temperature > 0 && double.IsFinite(Temperature)
            ? Temperature
            : throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "Tokens are drawn at a temperature above 0.");

    /// <summary>The probability of those that are drawn from.</summary>
    public double TopP { get; } =
        TopP is > 0 and <= 1
            ? TopP
            : throw new ArgumentOutOfRangeException(nameof(TopP), TopP, "The probability that is drawn from is above 0 and at most 1.");

    /// <summary>The token at a point of the distribution: those that may be drawn lie side by side, the most likely ones first.</summary>
    /// <param name="logits">Of each token [vocabulary].</param>
    /// <param name="point">From 0 to (not including) 1, each equally likely.</param>
    public int TokenAt(ReadOnlySpan<float> logits, double point)
    {
        var best = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            best = Math.Max(best, logit);
        }

        var weights = new double[logits.Length];
        for (var token = 0; token < weights.Length; token++)
        {
            weights[token] = Math.Exp((logits[token] - best) / Temperature);
        }

        // All tokens below a mean share of what is left out have less than that together, so none of them is drawn.
        var total = weights.Sum();
        var least = total * (1 - TopP) / weights.Length;
        var likely = weights.Index().Where(token => token.Item > 0 && token.Item >= least).ToArray();
        Array.Sort(likely, (a, b) => a.Item != b.Item ? b.Item.CompareTo(a.Item) : a.Index.CompareTo(b.Index));
        var (kept, sum) = (0, 0.0);
        while (kept < likely.Length && (kept == 0 || sum < TopP * total))
        {
            sum += likely[kept++].Item;
        }

        var (at, reached) = (0, likely[0].Item);
        while (at < kept - 1 && reached <= point * sum)
        {
            reached += likely[++at].Item;
        }

        return likely[at].Index;
    }
}
