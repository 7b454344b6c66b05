using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>What became of a synthetic edit.</summary>
public enum EditOutcome
{
    /// <summary>The image shows exactly the named change.</summary>
    Clean,

    /// <summary>The image does not show the named change.</summary>
    Failed,

    /// <summary>The image shows the named change and others.</summary>
    OverEdited,
}

/// <summary>A contrast pair as a synthetic editor and an augmenting language model make it, with the truth about it.</summary>
/// <param name="Contrast">What the texts speak of.</param>
/// <param name="Drawn">What the edited image really shows; the contrast's edited scene if the outcome is clean.</param>
/// <param name="Outcome">What became of the edit.</param>
/// <param name="Pair">The pair to train on: the natural original as W, the edited one as L.</param>
public sealed record EditedPair(Contrast Contrast, Scene Drawn, EditOutcome Outcome, ContrastPair Pair)
{
    enum Stream
    {
        Scene,
        Edit,
        Redrawn,
        Text,
        FlourishW,
        FlourishL,
    }

    /// <summary>The pairs that the dials describe, unfiltered; the four types in turn.</summary>
    /// <param name="dials">How they are made.</param>
    /// <param name="seed">Which they are.</param>
    /// <exception cref="UserException">A dial is out of its range.</exception>
    public static ImmutableArray<EditedPair> Draw(PairDials dials, ulong seed)
    {
        var known = dials.Validated();
        return [.. Enumerable.Range(0, known.Pairs).Select(index => Draw(known, seed, index))];
    }

    static EditedPair Draw(PairDials dials, ulong seed, int index)
    {
        var type = Contrast.Types[index % Contrast.Types.Count];
        var contrast = Contrast.Draw(new World(Priors.Natural, Split.Finetuning), type, Of(Stream.Scene));
        var outcome = type == ContrastType.Position ? EditOutcome.Clean : OutcomeOf(dials, Of(Stream.Edit));
        var drawn = outcome switch
        {
            EditOutcome.Failed => contrast.Original,
            EditOutcome.OverEdited => OverEdit(contrast, Of(Stream.Redrawn)),
            _ => contrast.Edited,
        };
        var (query, w, l, details) = Texts(contrast, dials, Of(Stream.Text));
        var pair = new ContrastPair(
            $"miniature/{seed}/{index}",
            query,
            new(new ScenePicture(contrast.Original), w + Flourish(details, dials.Flourish, Of(Stream.FlourishW))),
            new(
                new ScenePicture(drawn, type == ContrastType.Position ? 0 : dials.Artefact),
                l + Flourish(details, dials.Flourish, Of(Stream.FlourishL))
            ),
            Source: "miniature",
            Type: type
        );
        return new(contrast, drawn, outcome, pair);

        SplitMix64 Of(Stream stream) => Chances.Stream(seed, $"pair {index} {stream}");
    }

    static EditOutcome OutcomeOf(PairDials dials, SplitMix64 rng)
    {
        var lot = rng.Uniform();
        // Failed from below and over-edited from above, so that neither dial moves the other's pairs.
        return lot < dials.FailedEdits ? EditOutcome.Failed
            : 1 - lot <= dials.OverEdits ? EditOutcome.OverEdited
            : EditOutcome.Clean;
    }

    static Scene OverEdit(Contrast contrast, SplitMix64 rng)
    {
        var world = new World(Priors.Uniform, Split.Finetuning);
        var (slot, value) = (contrast.Slot, contrast.Edited[contrast.Slot]);
        while (true)
        {
            Scene redrawn = contrast.Edited is Scene.Couple ? world.Couple(rng) : world.Group(rng);
            if (redrawn.Values(slot).Contains(value) && redrawn.With(slot, value) is var edited && Changes(edited) > 1)
            {
                return edited;
            }
        }

        int Changes(Scene edited) => edited.Slots.Count(other => edited[other] != contrast.Original[other]);
    }

    static (string Query, string W, string L, int Details) Texts(Contrast contrast, PairDials dials, SplitMix64 rng)
    {
        // Every lot is drawn in any case, so that a dial changes what it is for and nothing else.
        var (caption, conversational) = (rng.Uniform() < dials.Captions, rng.Uniform() < dials.StyleGap);
        var opener = rng.Pick(Lexicon.Openers);
        var prompt = rng.Below(6);
        var own = conversational && dials.Prompts == PromptSetting.Own;
        var (original, edited, slot) = (contrast.Original, contrast.Edited, contrast.Slot);
        if (caption)
        {
            var prompts = own ? Lexicon.ConversationalCaptionPrompts : Lexicon.CaptionPrompts;
            return (prompts[prompt % prompts.Length], Tell(original), Tell(edited), original is Scene.Couple ? 8 : 5);
        }

        var style = conversational ? AnswerStyle.Conversational : AnswerStyle.Sentence;
        var question = Grammar.Question(original, slot, own ? AnswerStyle.Conversational : AnswerStyle.Sentence);
        return (question, Grammar.Answer(original, slot, style, opener), Grammar.Answer(edited, slot, style, opener), 1);

        string Tell(Scene scene) => conversational ? Grammar.ConversationalCaption(scene, opener) : Grammar.Caption(scene);
    }

    // As many invented details as make up their share of all, on average.
    static string Flourish(int details, double share, SplitMix64 rng)
    {
        var expected = details * share / (1 - share);
        var number = (int)expected + (rng.Chance(expected - (int)expected) ? 1 : 0);
        return string.Concat(rng.Sample(Lexicon.Flourishes, number).Select(phrase => $" {phrase}"));
    }
}
