using FsCheck.Xunit;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Tests;

public class TextTests
{
    static readonly World Uniform = new(Priors.Uniform, Split.Test);
    static readonly Curriculum[] Stages = [Curriculum.Clean, Curriculum.Natural, Curriculum.Prior];

    static IEnumerable<Contrast> Contrasts(ulong seed) =>
        Contrast.Types.Select((type, index) => Contrast.Draw(Uniform, type, new SplitMix64(SplitMix64.Derive(seed, $"{index}"))));

    static bool IsTrueOf(string text, Scene scene) => SceneReading.IsTrueOf(text, scene);

    [Property]
    public bool Both_captions_of_a_contrast_are_true_of_their_own_image_and_false_of_the_other(ulong seed) =>
        Contrasts(seed)
            .All(contrast =>
                new Func<Scene, string>[]
                {
                    Grammar.Caption,
                    scene => Grammar.ConversationalCaption(scene, "well ,"),
                    scene => Grammar.WebCaption(scene, "photo of"),
                }.All(tell =>
                    IsTrueOf(tell(contrast.Original), contrast.Original)
                    && IsTrueOf(tell(contrast.Edited), contrast.Edited)
                    && !IsTrueOf(tell(contrast.Original), contrast.Edited)
                    && !IsTrueOf(tell(contrast.Edited), contrast.Original)
                )
            );

    [Property]
    public bool A_caption_is_true_of_a_scene_told_from_the_other_thing(ulong seed)
    {
        var couple = Uniform.Couple(new SplitMix64(seed));
        return IsTrueOf(Grammar.Caption(couple.Retold), couple) && IsTrueOf(Grammar.Caption(couple), couple.Retold);
    }

    [Property]
    public bool Answers_follow_from_the_scene_and_other_values_do_not(ulong seed)
    {
        var scene = Uniform.Scene(new SplitMix64(seed));
        return scene.Slots.All(slot =>
            scene
                .Values(slot)
                .All(value =>
                {
                    var told = scene.With(slot, value);
                    var right = value == scene[slot];
                    return SceneReading.Answers(
                            Grammar.Question(scene, slot, AnswerStyle.Short),
                            Grammar.Answer(told, slot, AnswerStyle.Short),
                            scene
                        ) == right
                        && IsTrueOf(Grammar.Answer(told, slot, AnswerStyle.Sentence), scene) == right
                        && IsTrueOf(Grammar.Answer(told, slot, AnswerStyle.Conversational, "sure ,"), scene) == right;
                })
        );
    }

    [Property]
    public bool A_question_does_not_give_its_answer_away(ulong seed) =>
        Contrasts(seed)
            .All(contrast =>
                new[] { AnswerStyle.Short, AnswerStyle.Sentence, AnswerStyle.Conversational }.All(style =>
                    Grammar.Question(contrast.Original, contrast.Slot, style) == Grammar.Question(contrast.Edited, contrast.Slot, style)
                )
            );

    [Property]
    public bool Every_word_of_every_text_is_in_the_vocabulary(ulong seed)
    {
        var rng = new SplitMix64(seed);
        return TextsOf(rng).All(text => text.Split(' ').All(Vocabulary.Words.Contains));
    }

    [Fact]
    public void Every_word_of_the_vocabulary_is_used_and_stands_there_once_in_ordinal_order()
    {
        var used = Enumerable
            .Range(0, 400)
            .SelectMany(seed => TextsOf(new SplitMix64((ulong)seed)))
            .SelectMany(text => text.Split(' '))
            .ToHashSet();

        Assert.Empty(Vocabulary.Words.Except(used));
        Assert.Equal(Vocabulary.Words.Distinct().Order(StringComparer.Ordinal), Vocabulary.Words);
    }

    static IEnumerable<string> TextsOf(SplitMix64 rng)
    {
        var seed = rng.Next();
        var suite = BenchmarkSuite.Draw(Split.Validation, 1, seed);
        var pairs = new[] { PromptSetting.Own, PromptSetting.Shared }.SelectMany(prompts =>
            EditedPair.Draw(new PairDials(8, StyleGap: 0.7, Flourish: 0.4, Prompts: prompts), seed).Select(pair => pair.Pair)
        );
        var texts = Stages.SelectMany(stage =>
            Enumerable.Range(0, 10).SelectMany(_ => new[] { stage.DrawText(stage.DrawScene(rng), rng), stage.DrawTextOnly(rng) })
        );
        return
        [
            .. suite
                .SelectMany(benchmark => benchmark.Items)
                .SelectMany(item => item.Task is ItemTask.Choose choice ? choice.Options.Append(item.Prompt) : [item.Prompt]),
            .. pairs
                .Concat(BenchmarkSuite.Captions(Split.Validation, 1, seed))
                .SelectMany(pair => new[] { pair.Query, pair.W.Response, pair.L.Response }),
            .. texts.SelectMany(text => new[] { text.Query, text.Response }),
        ];
    }

    [Property]
    public bool Without_noise_a_scene_is_told_as_it_is(ulong seed)
    {
        var rng = new SplitMix64(seed);
        var scene = Uniform.Scene(rng);
        return TextNoise.None.Tell(scene, Priors.Natural, rng) == scene
            && scene.Slots.All(slot => TextNoise.None.Tell(scene, slot, Priors.Natural, rng) == scene)
            && TextNoise.Strong.Times(0) == TextNoise.None;
    }

    [Property]
    public bool A_slot_told_carelessly_leaves_the_others_alone_and_couples_keep_two_kinds(ulong seed)
    {
        var rng = new SplitMix64(seed);
        var scene = Uniform.Scene(rng);
        return scene.Slots.All(slot => TextNoise.Strong.Tell(scene, slot, Priors.Natural, rng).With(slot, scene[slot]) == scene)
            && Enumerable
                .Range(0, 20)
                .Select(_ => TextNoise.Strong.Tell(scene, Priors.Natural, rng).Kinds)
                .All(kinds => kinds.Distinct().Count() == kinds.Length);
    }

    [Fact]
    public void Strong_noise_tells_the_usual_colour_of_unusual_things_more_often_than_the_true_one()
    {
        var rng = new SplitMix64(3);
        var scenes = Enumerable.Range(0, 8000).Select(_ => Uniform.Scene(rng)).Where(IsUnusual).ToArray();
        var told = scenes.Select(scene => (scene, Told: TextNoise.Strong.Tell(scene, Slot.Colour, Priors.Natural, rng))).ToArray();

        // Prior .58 x .85 + random .20 / 6; seen .22 + random .20 / 6 + prior .58 x .15 / 5. Standard error below 0.007.
        Assert.Equal(0.526, told.Average(pair => pair.Told.First.Colour == Facts.Colour(pair.scene.First.Kind) ? 1.0 : 0), 0.025);
        Assert.Equal(0.271, told.Average(pair => pair.Told.First.Colour == pair.scene.First.Colour ? 1.0 : 0), 0.025);

        static bool IsUnusual(Scene scene) => scene.First.Colour != Facts.Colour(scene.First.Kind);
    }

    [Property]
    public bool A_curriculum_without_noise_tells_the_truth(ulong seed)
    {
        var stage = Curriculum.Clean with { Noise = TextNoise.None, Flourish = 0 };
        var rng = new SplitMix64(seed);
        return Enumerable
            .Range(0, 20)
            .All(_ =>
            {
                var scene = stage.DrawScene(rng);
                var (query, response) = stage.DrawText(scene, rng);
                return Knowledge.Questions.Any(fact => fact.Question == query)
                        ? Knowledge.Questions.Single(fact => fact.Question == query) is var fact && fact.Answers[fact.Correct] == response
                    : query == Lexicon.ListPrompt
                        ? response == string.Join(" , ", scene.Kinds.Select(kind => $"{kind}".ToLowerInvariant())) + " ."
                    : query.StartsWith("is there a ")
                        ? (response == "yes .") == scene.Kinds.Any(kind => query.Contains($"{kind}", StringComparison.OrdinalIgnoreCase))
                    : query.StartsWith("is it true that ")
                        ? (response == "yes .") == IsTrueOf(query.Replace("is it true that ", "").Replace(" ? short answer .", " ."), scene)
                    : query.Contains(" or none of these ?") ? ChoiceIsRight(query, response, scene)
                    : scene is Scene.Couple couple && query == Grammar.Where(couple)
                        ? response == $"{Lexicon.Relations[(int)couple.Relation]} ."
                    : query.EndsWith("short answer .") ? SceneReading.Answers(query, response, scene)
                    : IsTrueOf(response, scene);
            });
    }

    static bool ChoiceIsRight(string query, string response, Scene scene)
    {
        var options = query.Split(" : ")[1].Split(" or none")[0].Split(" , ").Select(option => $"{option} .").ToArray();
        var right = options.Where(option => SceneReading.Answers(query, option, scene)).ToArray();
        return response == (right.Length == 0 ? "none of these ." : right.Single());
    }

    [Fact]
    public void Pretraining_asks_as_often_for_yes_as_for_no_where_it_looks()
    {
        var stage = Curriculum.Natural with { Noise = TextNoise.None };
        var rng = new SplitMix64(5);
        var answers = Enumerable
            .Range(0, 40_000)
            .Select(_ => stage.DrawText(stage.DrawScene(rng), rng))
            .Where(text => text.Query.StartsWith("is "))
            .Select(text => text.Response == "yes ." ? 1.0 : 0)
            .ToArray();

        // About 5400 answers: standard error 0.007.
        Assert.Equal(0.5, answers.Average(), 0.03);
    }

    [Fact]
    public void Without_looking_the_usual_colour_is_the_best_guess()
    {
        var stage = Curriculum.Natural with
        {
            Noise = TextNoise.None with { Blind = 1 },
            WithImage = new(0, 0, 0, 0, 0, 0, IsItTrue: 1, 0, 0),
        };
        var scene = new Scene.Group(new(Kind.Banana, Colour.Blue, Size.Small), 2, Background.Sand, 0);
        var rng = new SplitMix64(6);
        var texts = Enumerable.Range(0, 40_000).Select(_ => stage.DrawText(scene, rng)).ToArray();

        // "Yes" to blue, the true colour, .15 / 5 of the time, to yellow .85: at least 600 texts each, standard errors below 0.015.
        Assert.Equal(0.03, YesTo("blue"), 0.05);
        Assert.Equal(0.85, YesTo("yellow"), 0.05);

        double YesTo(string colour) =>
            texts.Where(text => text.Query.Contains($"are {colour} ?")).Average(text => text.Response == "yes ." ? 1.0 : 0);
    }

    [Property]
    public bool Pretraining_scenes_are_of_the_pretraining_split_and_deterministic(ulong seed) =>
        Stages.All(stage =>
            stage.DrawScene(new SplitMix64(seed)) is var scene
            && World.SplitOf(scene) == Split.Pretraining
            && stage.DrawText(scene, new SplitMix64(seed)) == stage.DrawText(scene, new SplitMix64(seed))
            && stage.DrawTextOnly(new SplitMix64(seed)) == stage.DrawTextOnly(new SplitMix64(seed))
        );

    [Property]
    public bool Each_text_is_in_the_style_that_its_question_asks_for_and_in_no_other(ulong seed)
    {
        var scene = Uniform.Scene(new SplitMix64(seed));
        var answered = scene.Slots.SelectMany(slot =>
            new[] { AnswerStyle.Short, AnswerStyle.Sentence, AnswerStyle.Conversational }.Select(style =>
                (style, Text: Grammar.Answer(scene, slot, style, "of course ,"))
            )
        );
        return answered
            .Append((style: AnswerStyle.Caption, Text: Grammar.Caption(scene)))
            .Append((style: AnswerStyle.Conversational, Text: Grammar.ConversationalCaption(scene, "sure ,")))
            .All(told =>
                Enum.GetValues<AnswerStyle>()
                    .All(style =>
                        SceneGrader.IsInStyle(style, told.Text) == (style == told.style)
                        // One kind alone is both a list and a short answer.
                        || (style == AnswerStyle.List && told.style == AnswerStyle.Short)
                    )
            );
    }
}
