using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Benchmarks;

/// <summary>
/// The miniature benchmarks, each the analogue of one of the paper's. Scenes come from the counterfactual world, where what is usual helps
/// nobody; only <see cref="General"/> and <see cref="Captions"/> show the natural one. Item i depends on the split, the seed and i alone:
/// fewer items are the first of more.
/// </summary>
/// <param name="Choices">Questions with choices, by the names below.</param>
/// <param name="Hallucination">Greedy captions; <see cref="WritingScore.WrongKind"/> is what counts (MMHal).</param>
/// <param name="General">Captions, lists, words and sentences on request (instruction following, LLaVA-Bench).</param>
/// <param name="Captions">
/// Pairs of plain captions for perplexities under each image condition (the paper's Fig. 2); edited images carry the artefact.
/// </param>
public sealed record BenchmarkSuite(
    ImmutableArray<ChoiceBenchmark> Choices,
    WritingBenchmark Hallucination,
    WritingBenchmark General,
    ImmutableArray<ContrastPair> Captions
)
{
    /// <summary>Minimal contrasts: one question about two images, right only if both are. Parts object, attribute, count, position.</summary>
    public const string MmvpName = "MMVP";

    /// <summary>Parts count and position, four choices.</summary>
    public const string CvBenchName = "CV-Bench";

    /// <summary>Parts colour and object, four choices.</summary>
    public const string RealWorldName = "RWQA";

    /// <summary>Is there a ...? One yes and one no for each image; the no asks for the usual companion where that is absent.</summary>
    public const string YesNoName = "yes/no";

    /// <summary>Facts that need no picture, beside an irrelevant one.</summary>
    public const string KnowledgeName = "SQA";

    /// <summary>
    /// Refusing what the image contradicts. Part claim: of one image a true sentence and one with the contrasted slot changed, "is it true
    /// that ...?". Part none: a question once with the right option and once without it, beside "none of these". Both are right only as pairs,
    /// so always consenting and always refusing score 0.
    /// </summary>
    public const string RefusalName = "refusal";

    /// <summary>Draws the suite.</summary>
    /// <param name="split">Whose scenes: validation to choose, test to report.</param>
    /// <param name="items">The number of groups in each part of the choice benchmarks, of captions, and of requests in each style.</param>
    /// <param name="seed">Which items.</param>
    /// <param name="artefact">The strength of the trace in the edited images of <see cref="Captions"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one item.</exception>
    public static BenchmarkSuite Draw(Split split, int items, ulong seed = 0, double artefact = Canvas.UsualArtefact)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        var uniform = new World(Priors.Uniform, split);
        var natural = new World(Priors.Natural, split);
        return new(
            [
                new(
                    MmvpName,
                    Parts("contrast", Contrast.Types, (type, part, group, rng) => ContrastQuestions(uniform, type, part, group, rng))
                ),
                new(
                    CvBenchName,
                    Parts("spatial", [Slot.Count, Slot.Relation], (slot, part, group, rng) => SlotQuestion(uniform, slot, part, group, rng))
                ),
                new(
                    RealWorldName,
                    Parts("plain", [Slot.Colour, Slot.Object], (slot, part, group, rng) => SlotQuestion(uniform, slot, part, group, rng))
                ),
                new(YesNoName, Parts("there", ["object"], (_, part, group, rng) => YesNo(uniform, part, group, rng))),
                new(KnowledgeName, Parts("facts", ["facts"], (_, part, group, rng) => Fact(uniform, part, group, rng))),
                new(RefusalName, Parts("refusal", ["claim", "none"], (kind, part, group, rng) => Refusal(uniform, kind, part, group, rng))),
            ],
            new("MMHal", [.. Indices("captions").Select(at => CaptionRequest(uniform.Scene(at.Rng), at.Rng))]),
            new("general", [.. Indices("general").SelectMany(at => Requests(natural.Scene(at.Rng), at.Rng))]),
            [.. Indices("perplexity").Select(at => CaptionPair(natural, at.Index, artefact, at.Rng))]
        );

        IEnumerable<(int Index, SplitMix64 Rng)> Indices(string benchmark, int part = 0) =>
            Enumerable.Range(0, items).Select(index => (index, Chances.Stream(seed, $"{split} {benchmark} {part} {index}")));

        ImmutableArray<ChoiceItem> Parts<T>(
            string benchmark,
            IReadOnlyList<T> parts,
            Func<T, string, int, SplitMix64, IEnumerable<ChoiceItem>> draw
        ) =>
            [
                .. parts.SelectMany(
                    (part, number) => Indices(benchmark, number).SelectMany(at => draw(part, NameOf(part), at.Index, at.Rng))
                ),
            ];
    }

    static string NameOf<T>(T part) => part is Slot.Relation ? "position" : $"{part}".ToLowerInvariant();

    static IEnumerable<ChoiceItem> ContrastQuestions(World world, ContrastType type, string part, int group, SplitMix64 rng)
    {
        var contrast = Contrast.Draw(world, type, rng);
        var (w, l) = (contrast.Original, contrast.Edited);
        var query = Grammar.Question(w, contrast.Slot, AnswerStyle.Short);
        ImmutableArray<string> choices =
        [
            Grammar.Answer(w, contrast.Slot, AnswerStyle.Short),
            Grammar.Answer(l, contrast.Slot, AnswerStyle.Short),
        ];
        yield return new(part, group, new ScenePicture(w), query, choices, 0);
        yield return new(part, group, new ScenePicture(l), query, choices, 1);
    }

    static IEnumerable<ChoiceItem> SlotQuestion(World world, Slot slot, string part, int group, SplitMix64 rng)
    {
        Scene scene = slot switch
        {
            Slot.Count => world.Group(rng),
            Slot.Relation => world.Couple(rng),
            _ => world.Scene(rng),
        };
        // A second thing's kind is no wrong answer to what the first one is: the question has named it.
        var wrong = scene.Values(slot).Where(value => value != scene[slot]);
        var values = rng.Sample(wrong, 3).Append(scene[slot]).Order().ToImmutableArray();
        yield return new(
            part,
            group,
            new ScenePicture(scene),
            Grammar.Question(scene, slot, AnswerStyle.Short),
            [.. values.Select(value => $"{Lexicon.Word(slot, value)} .")],
            values.IndexOf(scene[slot])
        );
    }

    static IEnumerable<ChoiceItem> YesNo(World world, string part, int group, SplitMix64 rng)
    {
        var scene = world.Scene(rng);
        yield return Ask(part, 2 * group, scene, Grammar.IsThere(rng.Pick(scene.Kinds)), true);
        yield return Ask(part, (2 * group) + 1, scene, Grammar.IsThere(Curriculum.Tempting(scene, 1, rng)), false);
    }

    static ChoiceItem Ask(string part, int group, Scene scene, string query, bool yes) =>
        new(part, group, new ScenePicture(scene), query, [Grammar.YesOrNo(true), Grammar.YesOrNo(false)], yes ? 0 : 1);

    static IEnumerable<ChoiceItem> Fact(World world, string part, int group, SplitMix64 rng)
    {
        var fact = rng.Pick(Knowledge.Questions);
        yield return new(part, group, new ScenePicture(world.Scene(rng)), fact.Question, fact.Answers, fact.Correct);
    }

    static IEnumerable<ChoiceItem> Refusal(World world, string kind, string part, int group, SplitMix64 rng)
    {
        var (_, slot, scene, edited) = Contrast.Draw(world, Contrast.Types[group % Contrast.Types.Count], rng);
        return kind == "claim"
            ? [Ask(part, group, scene, Grammar.IsItTrue(scene, slot), true), Ask(part, group, scene, Grammar.IsItTrue(edited, slot), false)]
            : Options(part, group, scene, slot, edited[slot], rng);
    }

    static IEnumerable<ChoiceItem> Options(string part, int group, Scene scene, Slot slot, int wrong, SplitMix64 rng)
    {
        yield return Item(Curriculum.DrawOptions(scene, slot, wrong, withRight: true, rng));
        yield return Item(Curriculum.DrawOptions(scene, slot, wrong, withRight: false, rng));

        ChoiceItem Item(IReadOnlyList<int> options) =>
            new(
                part,
                group,
                new ScenePicture(scene),
                Grammar.Choose(scene, slot, options),
                [.. options.Select(value => $"{Lexicon.Word(slot, value)} ."), $"{Lexicon.NoneOfThese} ."],
                options.Contains(scene[slot]) ? options.ToList().IndexOf(scene[slot]) : options.Count
            );
    }

    static WritingItem CaptionRequest(Scene scene, SplitMix64 rng) => new(scene, rng.Pick(Lexicon.CaptionPrompts), AnswerStyle.Caption);

    static IEnumerable<WritingItem> Requests(Scene scene, SplitMix64 rng)
    {
        var (word, sentence) = (rng.Pick(scene.Slots), rng.Pick(scene.Slots));
        yield return CaptionRequest(scene, rng);
        yield return new(scene, Lexicon.ListPrompt, AnswerStyle.List);
        yield return new(scene, Grammar.Question(scene, word, AnswerStyle.Short), AnswerStyle.Short, word);
        yield return new(scene, Grammar.Question(scene, sentence, AnswerStyle.Sentence), AnswerStyle.Sentence, sentence);
    }

    static ContrastPair CaptionPair(World world, int index, double artefact, SplitMix64 rng)
    {
        var contrast = Contrast.Draw(world, Contrast.Types[index % Contrast.Types.Count], rng);
        return new(
            $"captions/{index}",
            rng.Pick(Lexicon.CaptionPrompts),
            new(new ScenePicture(contrast.Original), Grammar.Caption(contrast.Original)),
            new(new ScenePicture(contrast.Edited, contrast.Type == ContrastType.Position ? 0 : artefact), Grammar.Caption(contrast.Edited)),
            Source: "miniature",
            Type: contrast.Type
        );
    }
}
