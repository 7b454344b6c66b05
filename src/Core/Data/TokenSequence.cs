using System.Collections.Immutable;

namespace SVco.Core.Data;

/// <summary>One tokenised conversation, each image still a single placeholder token.</summary>
/// <param name="Ids">Token ids [tokens].</param>
/// <param name="Labelled">Whether the token is a label, i.e. its log-probability counts [tokens].</param>
/// <param name="Attended">Whether later tokens may attend to it [tokens]; all true but for the quirk of Behaviour.Official (golden/chat, rule 6).</param>
public sealed record TokenSequence(ImmutableArray<int> Ids, ImmutableArray<bool> Labelled, ImmutableArray<bool> Attended)
{
    /// <summary>The number of tokens.</summary>
    public int Length => Ids.Length;

    /// <summary>The number of labelled tokens.</summary>
    public int LabelCount => Labelled.Count(labelled => labelled);
}
