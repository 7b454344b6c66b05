using SVco.Core.Data;

namespace SVco.Models.Generation;

/// <summary>A request that is being continued.</summary>
/// <param name="request">Its index.</param>
/// <param name="asked">The request.</param>
/// <param name="columns">Where its prompt's keys and values lie in its group.</param>
/// <param name="nextPosition">The position of its next token.</param>
sealed class OpenRow(int request, GenerationRequest asked, IEnumerable<int> columns, long nextPosition)
{
    readonly int promptTokens = columns.Count();

    public GenerationRequest Asked => asked;

    /// <summary>Where its keys and values lie in its group, ascending.</summary>
    public List<int> Columns { get; set; } = [.. columns];

    /// <summary>What it has got.</summary>
    public List<int> Tokens { get; } = [];

    /// <summary>The position of its last token, which goes through the decoder next.</summary>
    public long Position => nextPosition + Tokens.Count - 1;

    public int StillToCome => asked.MaxNewTokens - Tokens.Count;

    public bool Ended { get; private set; }

    public SplitMix64 Random { get; } = new(asked.Seed);

    double SmallestGap { get; set; } = double.PositiveInfinity;

    /// <summary>Takes up a token.</summary>
    public void Add(TokenChoice choice, IReadOnlyCollection<int> stops)
    {
        Tokens.Add(choice.Token);
        SmallestGap = Math.Min(SmallestGap, choice.Gap);
        Ended = stops.Contains(choice.Token) || StillToCome <= 0;
    }

    public GeneratedTokens Result() => new(request, [.. Tokens], promptTokens, SmallestGap);
}
