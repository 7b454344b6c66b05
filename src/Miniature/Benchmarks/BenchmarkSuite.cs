using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Benchmarks;

/// <summary>
/// The miniature benchmarks, each the analogue of one of the paper's. Scenes come from the counterfactual world, where what is usual helps
/// nobody; only the general requests and <see cref="Captions"/> show the natural one. Item i depends on the split, the seed and i alone:
/// fewer items are the first of more.
/// </summary>
public static class BenchmarkSuite
{
    /// <summary>The longest response that any style needs, in words, with room for a conversational one.</summary>
    public const int MostWords = 32;

    /// <summary>Minimal contrasts: one question about two images, right only if both are. Categories object, attribute, count, position.</summary>
    public const string MmvpName = "MMVP";

    /// <summary>Categories count and position, four choices.</summary>
    public const string CvBenchName = "CV-Bench";

    /// <summary>Categories colour and object, four choices.</summary>
    public const string RealWorldName = "RWQA";

    /// <summary>Is there a ...? One yes and one no for each image; the no asks for the usual companion where that is absent.</summary>
    public const string YesNoName = "yes/no";

    /// <summary>Facts that need no picture, beside an irrelevant one.</summary>
    public const string KnowledgeName = "SQA";

    /// <summary>
    /// Refusing what the image contradicts. Category claim: of one image a true sentence and one with the contrasted slot changed, "is it true
    /// that ...?". Category none: a question once with the right option and once without it, beside "none of these". Both are right only as pairs,
    /// so always consenting and always refusing score 0.
    /// </summary>
    public const string RefusalName = "refusal";

    /// <summary>Greedy captions: how many name a kind that is not there.</summary>
    public const string HallucinationName = "MMHal";

    /// <summary>Captions, lists, words and sentences on request (instruction following, LLaVA-Bench).</summary>
    public const string GeneralName = "general";

    /// <summary>Draws the benchmarks, in the order of tables.</summary>
    /// <param name="split">Whose scenes: validation to choose, test to report.</param>
    /// <param name="items">The number of groups in each category of the choice benchmarks, of captions, and of requests in each style.</param>
    /// <param name="seed">Which items.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one item.</exception>
    public static ImmutableArray<Benchmark> Draw(Split split, int items, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        return [.. Choices(new(split, items, seed)), .. Writing(new(split, items, seed))];
    }

    /// <summary>Pairs of plain captions for perplexities under each image condition (the paper's Fig. 2).</summary>
    /// <param name="split">Whose scenes.</param>
    /// <param name="items">The number of pairs.</param>
    /// <param name="seed">Which pairs.</param>
    /// <param name="artefact">The strength of the trace in the edited images.</param>
    public static ImmutableArray<ContrastPair> Captions(Split split, int items, ulong seed = 0, double artefact = Canvas.UsualArtefact)
    {
        var natural = new World(Priors.Natural, split);
        return [.. new Draws(split, items, seed).Of("perplexity").Select(at => CaptionPair(natural, at.Index, artefact, at.Rng))];
    }

    /// <summary>The random streams of a suite's items.</summary>
    sealed record Draws(Split Split, int Items, ulong Seed)
    {
        public IEnumerable<(int Index, SplitMix64 Rng)> Of(string stream, int part = 0) =>
            Enumerable.Range(0, Items).Select(index => (index, Chances.Stream(Seed, $"{Split} {stream} {part} {index}")));
    }

    static IEnumerable<Benchmark> Choices(Draws draws)
    {
        var world = new World(Priors.Uniform, draws.Split);
        Slot[] spatial = [Slot.Count, Slot.Relation];
        Slot[] plain = [Slot.Colour, Slot.Object];
        return
        [
            Choice(draws, CvBenchName, "spatial", spatial, (slot, group, rng) => [SlotQuestion(world, slot, group, rng)]),
            Choice(draws, MmvpName, "contrast", Contrast.Types, (type, group, rng) => ContrastQuestions(world, type, group, rng)),
            Choice(draws, RealWorldName, "plain", plain, (slot, group, rng) => [SlotQuestion(world, slot, group, rng)]),
            Choice(draws, KnowledgeName, "facts", ["facts"], (_, group, rng) => [Fact(world, group, rng)], "knowledge"),
            // Refusing starts near 0, where a relative change means nothing.
            Choice(
                draws,
                RefusalName,
                "refusal",
                ["claim", "none"],
                (kind, group, rng) => Refusal(world, kind, group, rng),
                "refusal",
                averaged: false
            ),
            Choice(draws, YesNoName, "there", ["object"], (_, group, rng) => YesNo(world, group, rng), "hallucination"),
        ];
    }

    static Benchmark Choice<T>(
        Draws draws,
        string name,
        string stream,
        IReadOnlyList<T> kinds,
        Func<T, int, SplitMix64, IEnumerable<Item>> draw,
        string domain = "vision-centric",
        bool averaged = true
    ) =>
        new(
            name,
            domain,
            [
                .. from kind in kinds.Index()
                from at in draws.Of(stream, kind.Index)
                from item in draw(kind.Item, at.Index, at.Rng).Index()
                let category = NameOf(kind.Item)
                select item.Item with
                {
                    Id = $"{name}/{category}/{item.Item.Group}/{item.Index}",
                    Category = category,
                },
            ],
            [new("accuracy", ItemTask.Choose.Right, Averaged: averaged)]
        );

    // The same captions, and the same requests, are measured in several ways; they are answered once.
    static IEnumerable<Benchmark> Writing(Draws draws)
    {
        var (uniform, natural) = (new World(Priors.Uniform, draws.Split), new World(Priors.Natural, draws.Split));
        ImmutableArray<Item> captions =
        [
            .. draws.Of("captions").Select(at => CaptionRequest($"{HallucinationName}/{at.Index}", uniform.Scene(at.Rng), at.Rng)),
        ];
        ImmutableArray<Item> requests =
        [
            .. draws.Of("general").SelectMany(at => Requests($"{GeneralName}/{at.Index}", natural.Scene(at.Rng), at.Rng)),
        ];
        return
        [
            new(
                HallucinationName,
                "hallucination",
                captions,
                [new("wrong-kind captions", SceneGrader.WrongKindMark, HigherIsBetter: false)]
            ),
            new(GeneralName, "general", requests, [new("content", SceneGrader.ContentMark)]),
            new("general strict", "general", requests, [new("content in the style asked for", SceneGrader.StrictMark)]),
            new("style", "style", requests, [new("responses in the style asked for", SceneGrader.StyleMark, Averaged: false)]),
            new("fluency", "style", captions, [new("grammatical captions", SceneGrader.GrammaticalMark, Averaged: false)]),
        ];
    }

    static string NameOf<T>(T kind) => kind is Slot.Relation ? "position" : $"{kind}".ToLowerInvariant();

    /// <summary>An item with choices; whoever puts it into a benchmark knows its id and category.</summary>
    static Item Choose(int group, Scene scene, string query, ImmutableArray<string> options, int correct) =>
        new("", "", $"{group}", new ScenePicture(scene), query, new ItemTask.Choose(options, correct));

    static IEnumerable<Item> ContrastQuestions(World world, ContrastType type, int group, SplitMix64 rng)
    {
        var contrast = Contrast.Draw(world, type, rng);
        var (w, l) = (contrast.Original, contrast.Edited);
        var query = Grammar.Question(w, contrast.Slot, AnswerStyle.Short);
        ImmutableArray<string> options =
        [
            Grammar.Answer(w, contrast.Slot, AnswerStyle.Short),
            Grammar.Answer(l, contrast.Slot, AnswerStyle.Short),
        ];
        return [Choose(group, w, query, options, 0), Choose(group, l, query, options, 1)];
    }

    static Item SlotQuestion(World world, Slot slot, int group, SplitMix64 rng)
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
        return Choose(
            group,
            scene,
            Grammar.Question(scene, slot, AnswerStyle.Short),
            [.. values.Select(value => $"{Lexicon.Word(slot, value)} .")],
            values.IndexOf(scene[slot])
        );
    }

    static IEnumerable<Item> YesNo(World world, int group, SplitMix64 rng)
    {
        var scene = world.Scene(rng);
        yield return Ask(2 * group, scene, Grammar.IsThere(rng.Pick(scene.Kinds)), true);
        yield return Ask((2 * group) + 1, scene, Grammar.IsThere(Curriculum.Tempting(scene, 1, rng)), false);
    }

    static Item Ask(int group, Scene scene, string query, bool yes) =>
        Choose(group, scene, query, [Grammar.YesOrNo(true), Grammar.YesOrNo(false)], yes ? 0 : 1);

    static Item Fact(World world, int group, SplitMix64 rng)
    {
        var fact = rng.Pick(Knowledge.Questions);
        return Choose(group, world.Scene(rng), fact.Question, fact.Answers, fact.Correct);
    }

    static IEnumerable<Item> Refusal(World world, string kind, int group, SplitMix64 rng)
    {
        var (_, slot, scene, edited) = Contrast.Draw(world, Contrast.Types[group % Contrast.Types.Count], rng);
        return kind == "claim"
            ? [Ask(group, scene, Grammar.IsItTrue(scene, slot), true), Ask(group, scene, Grammar.IsItTrue(edited, slot), false)]
            : NoneOfThese(group, scene, slot, edited[slot], rng);
    }

    static IEnumerable<Item> NoneOfThese(int group, Scene scene, Slot slot, int wrong, SplitMix64 rng)
    {
        yield return Item(Curriculum.DrawOptions(scene, slot, wrong, withRight: true, rng));
        yield return Item(Curriculum.DrawOptions(scene, slot, wrong, withRight: false, rng));

        Item Item(IReadOnlyList<int> options) =>
            Choose(
                group,
                scene,
                Grammar.Choose(scene, slot, options),
                [.. options.Select(value => $"{Lexicon.Word(slot, value)} ."), $"{Lexicon.NoneOfThese} ."],
                options.Contains(scene[slot]) ? options.ToList().IndexOf(scene[slot]) : options.Count
            );
    }

    static Item Write(string id, Scene scene, string query, AnswerStyle style, Slot? slot = null) =>
        new(id, "", id, new ScenePicture(scene), query, new ItemTask.Write(new SceneGrader(scene, style, slot), MostWords + 1));

    static Item CaptionRequest(string id, Scene scene, SplitMix64 rng) =>
        Write(id, scene, rng.Pick(Lexicon.CaptionPrompts), AnswerStyle.Caption);

    static IEnumerable<Item> Requests(string id, Scene scene, SplitMix64 rng)
    {
        var (word, sentence) = (rng.Pick(scene.Slots), rng.Pick(scene.Slots));
        return
        [
            CaptionRequest($"{id}/caption", scene, rng),
            Write($"{id}/list", scene, Lexicon.ListPrompt, AnswerStyle.List),
            Write($"{id}/word", scene, Grammar.Question(scene, word, AnswerStyle.Short), AnswerStyle.Short, word),
            Write($"{id}/sentence", scene, Grammar.Question(scene, sentence, AnswerStyle.Sentence), AnswerStyle.Sentence, sentence),
        ];
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
