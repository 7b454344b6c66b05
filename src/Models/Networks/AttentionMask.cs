using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Which keys a query may attend to.</summary>
/// <param name="Allowed">bool [batch, 1, queries, keys]; null means all, or all that are not later where <paramref name="Causal"/>.</param>
/// <param name="Causal">Queries and keys are the same tokens and none attends to a later one.</param>
sealed record AttentionMask(Tensor? Allowed, bool Causal)
{
    /// <summary>Every query attends to every key.</summary>
    public static AttentionMask None { get; } = new(null, false);

    /// <summary>A causal mask for the last <paramref name="queries"/> of the attended tokens.</summary>
    /// <param name="attended">bool [batch, keys]: whether a token may be attended to.</param>
    /// <param name="queries">The number of queries; keys before them come from a cache.</param>
    public static AttentionMask CausalOver(Tensor attended, long queries)
    {
        var keys = attended.shape[1];
        if (attended.all().item<bool>() && (keys == queries || queries == 1))
        {
            return new(null, Causal: queries > 1);
        }

        var notLater = ones(queries, keys, ScalarType.Bool, attended.device).tril(keys - queries);
        var allowed = notLater.unsqueeze(0).logical_and(attended.unsqueeze(1));
        // A query with nothing to attend to (padding on the left) would become NaN and spread through its own values; let it see itself.
        var itself = notLater.logical_and(ones(queries, keys, ScalarType.Bool, attended.device).triu(keys - queries));
        var alone = allowed.any(2, keepdim: true).logical_not();
        return new(allowed.logical_or(itself.unsqueeze(0).logical_and(alone)).unsqueeze(1), Causal: false);
    }
}
