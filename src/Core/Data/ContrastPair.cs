namespace SVco.Core.Data;

/// <summary>One side of a pair: an image and the response that matches it.</summary>
public sealed record PairSide(ImageSource Image, string Response);

/// <summary>What changes between the two images of a pair (the paper's four types of minimal visual contrast).</summary>
public enum ContrastType
{
    /// <summary>Not said by the data.</summary>
    Unknown,

    /// <summary>Object replacement.</summary>
    Object,

    /// <summary>Attribute replacement.</summary>
    Attribute,

    /// <summary>Count modification.</summary>
    Count,

    /// <summary>Position flipping.</summary>
    Position,
}

/// <summary>Two minimally different images with matching responses to one query.</summary>
/// <param name="Id">A name for messages: file and index, or the data's own key.</param>
/// <param name="Query">The user's text.</param>
/// <param name="W">The side called chosen in the paper.</param>
/// <param name="L">The side called rejected.</param>
/// <param name="SystemPrompt">The system prompt; empty means none.</param>
/// <param name="Source">The data set it comes from; empty when unknown.</param>
/// <param name="Type">The kind of contrast.</param>
public sealed record ContrastPair(
    string Id,
    string Query,
    PairSide W,
    PairSide L,
    string SystemPrompt = "",
    string Source = "",
    ContrastType Type = ContrastType.Unknown
)
{
    /// <summary>The pair with its sides exchanged.</summary>
    public ContrastPair Swap() => this with { W = L, L = W };
}
