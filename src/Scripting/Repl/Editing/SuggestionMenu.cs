using System.Collections.Immutable;
using SVco.Scripting.Repl.Assistance;

namespace SVco.Scripting.Repl.Editing;

/// <summary>The list of suggestions under an input.</summary>
/// <param name="Suggestions">What could stand at the caret, the likeliest first.</param>
/// <param name="Chosen">The place of the one that Tab takes.</param>
/// <param name="IsEntered">Whether the arrows have gone into the list; only then does Enter take the chosen one.</param>
sealed record SuggestionMenu(ImmutableArray<Suggestion> Suggestions, int Chosen = 0, bool IsEntered = false)
{
    /// <summary>The suggestion that Tab takes.</summary>
    public Suggestion Current => Suggestions[Chosen];

    /// <summary>Goes through the list, round and round.</summary>
    public SuggestionMenu Move(int steps) =>
        this with
        {
            Chosen = IsEntered ? (Chosen + steps + Suggestions.Length) % Suggestions.Length : Chosen,
            IsEntered = true,
        };
}
