using System.Collections.Immutable;

namespace SVco.Scripting.Repl.Assistance;

/// <summary>What is known of an input at a caret.</summary>
/// <param name="Colours">Its colours.</param>
/// <param name="Suggestions">What could stand at the caret, the likeliest first.</param>
/// <param name="Signatures">Of the call that the caret stands in: a line for each form, then what is said of the parameter.</param>
sealed record Advice(ImmutableArray<ColouredSpan> Colours, ImmutableArray<Suggestion> Suggestions, ImmutableArray<string> Signatures)
{
    /// <summary>Nothing.</summary>
    public static Advice None { get; } = new([], [], []);
}
