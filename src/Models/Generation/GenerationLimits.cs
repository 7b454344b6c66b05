namespace SVco.Models.Generation;

/// <summary>How much is generated at a time. It decides about time and memory, not about what is generated.</summary>
public sealed record GenerationLimits
{
    /// <summary>
    /// The most tokens whose keys and values are held at a time, with room for all that rows may still get and what is lost to unequal lengths;
    /// a request that needs more goes alone. <see cref="GenerationMemory"/> says what a token takes.
    /// </summary>
    public long TokenBudget { get; init; } = 16_384;

    /// <summary>The most tokens of prompts that go through the decoder together; a larger tree goes alone.</summary>
    public int PromptTokens { get; init; } = 512;

    /// <summary>The most rows that are continued at a time.</summary>
    public int Rows { get; init; } = 32;

    /// <summary>Whether the distances between the best and the second logit are wanted too.</summary>
    public bool Gaps { get; init; }
}
