using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Benchmarks;

/// <summary>A request that the model answers in words (greedily).</summary>
/// <param name="Scene">What the image shows.</param>
/// <param name="Query">The user's text.</param>
/// <param name="Style">The style that the request asks for.</param>
/// <param name="Slot">What is asked about; null for captions and lists.</param>
public sealed record WritingItem(Scene Scene, string Query, AnswerStyle Style, Slot? Slot = null)
{
    /// <summary>The image; a no-image run leaves it out.</summary>
    public ImageSource Image => new ScenePicture(Scene);
}

/// <summary>Percentages over all items.</summary>
/// <param name="Content">What is said is what is there (<see cref="Judge.Content"/>), whatever the style.</param>
/// <param name="Strict">Content, counted only where the style is the one asked for.</param>
/// <param name="Style">The style is the one asked for.</param>
/// <param name="WrongKind">
/// A kind is named that is not there, or none is (<see cref="Judge.NamesWrongKind"/>): the hallucination rate of captions.
/// </param>
/// <param name="Grammatical">A caption in any style that the grammar knows.</param>
public sealed record WritingScore(double Content, double Strict, double Style, double WrongKind, double Grammatical);

/// <summary>Requests to write.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Items">The requests.</param>
public sealed record WritingBenchmark(string Name, ImmutableArray<WritingItem> Items)
{
    /// <summary>The longest response that any style needs, in words, with room for a conversational one.</summary>
    public const int MostWords = 32;

    /// <summary>The score of a model's responses.</summary>
    /// <param name="responses">One for each item.</param>
    /// <exception cref="ArgumentException">There are not as many responses as items.</exception>
    public WritingScore Score(IReadOnlyList<string> responses)
    {
        if (responses.Count != Items.Length)
        {
            throw new ArgumentException($"{responses.Count} responses for the {Items.Length} items of {Name}.", nameof(responses));
        }

        return new(
            Percent((item, text) => Judge.Content(item, text)),
            Percent((item, text) => Judge.Strict(item, text)),
            Percent((item, text) => Judge.IsInStyle(item.Style, text) ? 1 : 0),
            Percent((item, text) => Judge.NamesWrongKind(item.Scene, text) ? 1 : 0),
            Percent((_, text) => Judge.IsGrammaticalCaption(text) ? 1 : 0)
        );

        double Percent(Func<WritingItem, string, double> judge) => 100 * Items.Zip(responses, judge).Average();
    }
}
