using System.Collections.Immutable;

namespace SVco.Miniature.Scenes;

/// <summary>The words of the grammar.</summary>
public static class Vocabulary
{
    // One scene of each shape of sentence: the words of the frames, whatever fills them.
    static readonly Scene[] Examples =
    [
        new Scene.Group(new(Kind.Cup, Colour.White, Size.Small), 1, Background.Stone, 0),
        new Scene.Group(new(Kind.Cup, Colour.White, Size.Small), 2, Background.Stone, 0),
        new Scene.Couple(
            new(Kind.Cup, Colour.White, Size.Small),
            Relation.Left,
            new(Kind.Fish, Colour.Blue, Size.Large),
            Background.Stone,
            0
        ),
    ];

    /// <summary>Every word and punctuation mark of every text of the miniature world, once, in ordinal order; no special tokens.</summary>
    public static ImmutableArray<string> Words { get; } =
    [.. Phrases().SelectMany(text => text.Split(' ')).Distinct().Order(StringComparer.Ordinal)];

    static IEnumerable<string> Phrases() =>
        [
            .. Enum.GetValues<Slot>().SelectMany(slot => Lexicon.Words(slot)),
            .. Lexicon.Plurals,
            .. Lexicon.CaptionPrompts,
            .. Lexicon.ConversationalCaptionPrompts,
            Lexicon.ListPrompt,
            .. Lexicon.WebOpeners,
            .. Lexicon.Openers,
            .. Lexicon.Flourishes,
            Lexicon.NoneOfThese,
            Grammar.YesOrNo(true),
            Grammar.YesOrNo(false),
            .. Knowledge.Questions.SelectMany(question => question.Answers.Append(question.Question)),
            .. Examples.SelectMany(TextsOf),
        ];

    static IEnumerable<string> TextsOf(Scene scene) =>
        scene
            .Slots.SelectMany(slot =>
                new[] { AnswerStyle.Short, AnswerStyle.Sentence, AnswerStyle.Conversational }
                    .SelectMany(style =>
                        new[] { Grammar.Question(scene, slot, style), Grammar.Answer(scene, slot, style, Lexicon.Openers[0]) }
                    )
                    .Append(Grammar.IsItTrue(scene, slot))
                    .Append(Grammar.Choose(scene, slot, scene.Values(slot)))
            )
            .Append(Grammar.Caption(scene))
            .Append(Grammar.ConversationalCaption(scene, Lexicon.Openers[0]))
            .Append(Grammar.IsThere(scene.First.Kind))
            .Append(Grammar.List(scene));
}
