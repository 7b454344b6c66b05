using System.Collections.Immutable;

namespace SVco.Models.Generation;

/// <summary>A prompt to continue.</summary>
/// <param name="Prompt">Its tokens, at least one, each image a single placeholder.</param>
/// <param name="Images">
/// Indices into the list of images: the k-th placeholder stands for the k-th of these. A placeholder beyond them is a token like any other.
/// </param>
/// <param name="MaxNewTokens">The most tokens that it may get, the one that ends it included.</param>
/// <param name="Sampling">How tokens are drawn; null takes the most likely one.</param>
/// <param name="Seed">What is drawn follows from it; two runs of one prompt have two seeds.</param>
public sealed record GenerationRequest(
    ImmutableArray<int> Prompt,
    ImmutableArray<int> Images,
    int MaxNewTokens,
    Sampling? Sampling = null,
    ulong Seed = 0
);

/// <summary>The continuation of a request.</summary>
/// <param name="Request">The request's index.</param>
/// <param name="Tokens">The new tokens, the one that ended it included.</param>
/// <param name="PromptTokens">The prompt's tokens with its images expanded.</param>
/// <param name="SmallestGap">
/// The smallest difference between the best and the second logit at its steps; not a number where <see cref="GenerationLimits.Gaps"/> are not
/// asked for.
/// </param>
public sealed record GeneratedTokens(int Request, ImmutableArray<int> Tokens, int PromptTokens, double SmallestGap);
