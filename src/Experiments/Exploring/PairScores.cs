using System.Globalization;
using System.Text;
using SVco.Core.Data;
using SVco.Core.Objectives;

namespace SVco.Experiments;

/// <summary>The 2 x 3 table of a pair, of a model and of the one that it was finetuned from.</summary>
/// <param name="Pair">The pair.</param>
/// <param name="Scored">The log-probabilities in nats.</param>
/// <param name="IsBase">Whether the model is its own reference, so that every r is 0.</param>
public sealed record PairScores(ContrastPair Pair, ScoredPair Scored, bool IsBase)
{
    /// <summary>The model's log-probability of a response, summed over its tokens, in nats.</summary>
    public double this[Side response, ImageCondition image] => Scored.Policy[new(response, image)];

    /// <summary>The table of the model that it was finetuned from.</summary>
    public PairScores Reference => new(Pair, Scored with { Policy = Scored.Reference }, IsBase: true);

    /// <summary>r: how much the log-probability of a response has grown in the finetuning, in nats.</summary>
    public double R(Side response, ImageCondition image) => this[response, image] - Scored.Reference[new(response, image)];

    /// <summary>The loss of an objective on this pair.</summary>
    public double Loss(Objective objective) => objective.Value(Scored);

    /// <summary>The rows: each response with its three log-probabilities.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{"log p", -8}");
        foreach (var image in Enum.GetValues<ImageCondition>())
        {
            text.Append(CultureInfo.InvariantCulture, $"{image, 12}");
        }

        foreach (var side in Enum.GetValues<Side>())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{side, -8}");
            foreach (var image in Enum.GetValues<ImageCondition>())
            {
                text.Append(CultureInfo.InvariantCulture, $"{this[side, image], 12:0.000}");
            }
        }

        return text.ToString();
    }
}
