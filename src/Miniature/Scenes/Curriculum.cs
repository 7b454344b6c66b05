using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>A text to learn from.</summary>
/// <param name="Query">The user's text.</param>
/// <param name="Response">What is to be answered.</param>
public sealed record TrainingText(string Query, string Response);

/// <summary>How often each kind of text comes; the numbers are weights.</summary>
/// <param name="Caption">Plain captions and alt texts.</param>
/// <param name="Short">One-word answers.</param>
/// <param name="Sentence">Sentences.</param>
/// <param name="Conversational">Captions and answers in the tone of a conversation.</param>
/// <param name="List">Lists of kinds.</param>
/// <param name="IsThere">Whether a kind is there.</param>
/// <param name="IsItTrue">Whether a claim is true.</param>
/// <param name="Choose">Options with "none of these".</param>
/// <param name="Knowledge">Facts.</param>
public sealed record TextMixture(
    double Caption,
    double Short,
    double Sentence,
    double Conversational,
    double List,
    double IsThere,
    double IsItTrue,
    double Choose,
    double Knowledge
);

/// <summary>
/// A stage of the base model's pretraining: which scenes come, which texts, and how far the texts stray. A clean stage teaches seeing,
/// a noisy one leaning on what is usual.
/// </summary>
/// <param name="Noise">How far texts with an image stray from it.</param>
/// <param name="WithImage">The kinds of text that come with an image.</param>
/// <param name="TextOnly">The kinds of text that come without one.</param>
/// <param name="UniformShare">The share of scenes from the counterfactual world.</param>
/// <param name="CoupleShare">The share of couples among scenes.</param>
/// <param name="WebShare">The share of alt texts among captions.</param>
/// <param name="ShapeSlotShare">The share of questions about the slot that only the scene's shape has: the number or the side.</param>
/// <param name="WhereShare">The share of short questions about the side that name only the thing that is asked for.</param>
/// <param name="Flourish">The share of conversational responses that end with a detail no picture shows.</param>
/// <param name="TextOnlyShare">The share of a batch that comes without an image.</param>
public sealed record Curriculum(
    TextNoise Noise,
    TextMixture WithImage,
    TextMixture TextOnly,
    double UniformShare,
    double CoupleShare,
    double WebShare,
    double ShapeSlotShare,
    double WhereShare,
    double Flourish,
    double TextOnlyShare
)
{
    static readonly TextMixture WithoutImage = new(0.20, 0.20, 0.11, 0.08, 0.05, 0.06, 0.05, 0.05, 0.20);

    /// <summary>Accurate texts on mostly counterfactual scenes, many questions about number and side.</summary>
    public static Curriculum Clean { get; } =
        new(
            TextNoise.Mild.Times(0.1),
            new(0.20, 0.34, 0.12, 0.04, 0.04, 0.12, 0.06, 0.06, 0.02),
            WithoutImage,
            UniformShare: 0.8,
            CoupleShare: 0.65,
            WebShare: 0.1,
            ShapeSlotShare: 0.55,
            WhereShare: 0.2,
            Flourish: 0.1,
            TextOnlyShare: 0.15
        );

    /// <summary>Mostly natural scenes, mildly noisy texts.</summary>
    public static Curriculum Natural { get; } =
        new(
            TextNoise.Mild,
            new(0.26, 0.25, 0.13, 0.08, 0.05, 0.09, 0.045, 0.045, 0.05),
            WithoutImage,
            UniformShare: 0.25,
            CoupleShare: 0.5,
            WebShare: 0.4,
            ShapeSlotShare: 0.2,
            WhereShare: 0,
            Flourish: 0.1,
            TextOnlyShare: 0.3
        );

    /// <summary>Mostly natural scenes, texts that mostly follow what is usual: the language prior.</summary>
    public static Curriculum Prior { get; } = Natural with { Noise = TextNoise.Strong };

    /// <summary>A scene to learn from.</summary>
    public Scene DrawScene(SplitMix64 rng) =>
        new World(rng.Chance(UniformShare) ? Priors.Uniform : Priors.Natural, Split.Pretraining).Scene(rng, CoupleShare);

    /// <summary>A text that comes with the picture of a scene.</summary>
    public TrainingText DrawText(Scene scene, SplitMix64 rng) => Draw(scene, WithImage, Noise, WebShare, rng);

    /// <summary>A text without a picture: it speaks of a natural scene that nobody sees.</summary>
    public TrainingText DrawTextOnly(SplitMix64 rng) =>
        Draw(new World(Priors.Natural, Split.Pretraining).Scene(rng), TextOnly, TextNoise.None with { Blind = 1 }, 0.03, rng);

    TrainingText Draw(Scene scene, TextMixture mixture, TextNoise noise, double web, SplitMix64 rng) =>
        rng.Weighted(
            mixture.Caption,
            mixture.Short,
            mixture.Sentence,
            mixture.Conversational,
            mixture.List,
            mixture.IsThere,
            mixture.IsItTrue,
            mixture.Choose,
            mixture.Knowledge
        ) switch
        {
            0 => Caption(noise.Tell(scene, Priors.Natural, rng), web, rng),
            1 => Answer(scene, AnswerStyle.Short, noise, rng),
            2 => Answer(scene, AnswerStyle.Sentence, noise, rng),
            3 => Conversational(scene, noise, rng),
            4 => new(Lexicon.ListPrompt, Grammar.List(noise.Tell(scene, Priors.Natural, rng))),
            5 => IsThere(scene, noise, rng),
            6 => IsItTrue(scene, noise, rng),
            7 => Choose(scene, noise, rng),
            _ => Fact(rng),
        };

    static TrainingText Caption(Scene told, double web, SplitMix64 rng) =>
        new(
            rng.Pick(Lexicon.CaptionPrompts),
            rng.Chance(web) ? Grammar.WebCaption(told, rng.Pick(Lexicon.WebOpeners)) : Grammar.Caption(told)
        );

    TrainingText Answer(Scene scene, AnswerStyle style, TextNoise noise, SplitMix64 rng)
    {
        var slot = DrawSlot(scene, rng);
        var told = noise.Tell(scene, slot, Priors.Natural, rng);
        var question =
            scene is Scene.Couple couple && (slot, style) == (Slot.Relation, AnswerStyle.Short) && rng.Chance(WhereShare)
                ? Grammar.Where(couple)
                : Grammar.Question(scene, slot, style);
        return new(question, Grammar.Answer(told, slot, style, rng.Pick(Lexicon.Openers)));
    }

    TrainingText Conversational(Scene scene, TextNoise noise, SplitMix64 rng)
    {
        var text = rng.Chance(0.5)
            ? new TrainingText(
                rng.Pick(Lexicon.ConversationalCaptionPrompts),
                Grammar.ConversationalCaption(noise.Tell(scene, Priors.Natural, rng), rng.Pick(Lexicon.Openers))
            )
            : Answer(scene, AnswerStyle.Conversational, noise, rng);
        return rng.Chance(Flourish) ? text with { Response = $"{text.Response} {rng.Pick(Lexicon.Flourishes)}" } : text;
    }

    // Who does not look says yes too often, and thinks first of what usually comes together.
    static TrainingText IsThere(Scene scene, TextNoise noise, SplitMix64 rng)
    {
        if (rng.Chance(noise.Blind))
        {
            var kind = rng.Chance(0.5) ? (Kind)rng.Below(8) : Facts.Companion(scene.First.Kind);
            return new(Grammar.IsThere(kind), Grammar.YesOrNo(rng.Chance(0.7)));
        }

        var yes = rng.Chance(0.5);
        return new(Grammar.IsThere(yes ? rng.Pick(scene.Kinds) : Tempting(scene, 0.4, rng)), Grammar.YesOrNo(yes));
    }

    TrainingText IsItTrue(Scene scene, TextNoise noise, SplitMix64 rng)
    {
        var slot = DrawSlot(scene, rng);
        var claimed = rng.Chance(0.5) ? scene : scene.With(slot, Contrast.OtherValue(scene, slot, rng));
        return new(Grammar.IsItTrue(claimed, slot), Grammar.YesOrNo(claimed[slot] == Believed(scene, slot, noise, rng)));
    }

    TrainingText Choose(Scene scene, TextNoise noise, SplitMix64 rng)
    {
        var slot = DrawSlot(scene, rng);
        var others = scene.Values(slot).Where(value => value != scene[slot]).ToArray();
        var options = DrawOptions(scene, slot, rng.Pick(others), rng.Chance(0.5), rng);
        var believed = Believed(scene, slot, noise, rng);
        return new(
            Grammar.Choose(scene, slot, options),
            options.Contains(believed) ? $"{Lexicon.Word(slot, believed)} ." : $"{Lexicon.NoneOfThese} ."
        );
    }

    static int Believed(Scene scene, Slot slot, TextNoise noise, SplitMix64 rng) =>
        (rng.Chance(noise.Blind) ? TextNoise.WithoutLooking.Tell(scene, slot, Priors.Natural, rng) : scene)[slot];

    static TrainingText Fact(SplitMix64 rng)
    {
        var fact = rng.Pick(Knowledge.Questions);
        return new(fact.Question, fact.Answers[fact.Correct]);
    }

    /// <summary>
    /// Two values to choose from in random order, the right one and a wrong one or two wrong ones. Of the two sizes only one is offered,
    /// else the number of options would tell whether the right one is among them.
    /// </summary>
    internal static IReadOnlyList<int> DrawOptions(Scene scene, Slot slot, int wrong, bool withRight, SplitMix64 rng)
    {
        var others = scene.Values(slot).Where(value => value != scene[slot] && value != wrong).ToArray();
        return (withRight, others.Length) switch
        {
            (true, 0) => [scene[slot]],
            (true, _) => rng.Sample([scene[slot], wrong], 2),
            (false, 0) => [wrong],
            (false, _) => rng.Sample([wrong, rng.Pick(others)], 2),
        };
    }

    Slot DrawSlot(Scene scene, SplitMix64 rng) =>
        rng.Chance(ShapeSlotShare) ? scene.Slots[^1] : rng.Pick(scene.Slots.RemoveAt(scene.Slots.Length - 1));

    /// <summary>A kind that is absent: with a probability, if there is one, the usual companion of what is there.</summary>
    internal static Kind Tempting(Scene scene, double probability, SplitMix64 rng)
    {
        var companions = scene.Kinds.Select(Facts.Companion).Where(scene.AbsentKinds.Contains).ToArray();
        return companions.Length > 0 && rng.Chance(probability) ? rng.Pick(companions) : rng.Pick(scene.AbsentKinds);
    }
}
