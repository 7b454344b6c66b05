using FsCheck.Xunit;
using SVco.Core;
using SVco.Core.Data;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Tests;

public class PairTests
{
    static readonly PairDials Clean = new(Pairs: 40, FailedEdits: 0, OverEdits: 0, Artefact: 0, StyleGap: 0, Flourish: 0);

    static ScenePicture Image(PairSide side) => (ScenePicture)side.Image;

    [Property(MaxTest = 30)]
    public bool Pairs_are_the_same_for_a_seed_and_of_the_finetuning_split(ulong seed)
    {
        var dials = new PairDials(Pairs: 20, Flourish: 0.2);
        var pairs = EditedPair.Draw(dials, seed);
        return pairs.SequenceEqual(EditedPair.Draw(dials, seed))
            && pairs.All(pair => new[] { pair.Pair.W, pair.Pair.L }.All(side => World.SplitOf(Image(side).Scene) == Split.Finetuning));
    }

    [Property(MaxTest = 30)]
    public bool More_pairs_only_add_pairs(ulong seed, byte fewer) =>
        EditedPair.Draw(Clean with { Pairs = 1 + fewer }, seed) is var few
        && EditedPair.Draw(Clean with { Pairs = 300 }, seed).Take(few.Length).SequenceEqual(few);

    [Property(MaxTest = 30)]
    public bool With_all_dials_at_0_every_pair_is_a_true_and_plain_minimal_contrast(ulong seed) =>
        EditedPair
            .Draw(Clean, seed)
            .All(pair =>
                pair.Outcome == EditOutcome.Clean
                && pair.Drawn == pair.Contrast.Edited
                && Image(pair.Pair.W) == new ScenePicture(pair.Contrast.Original)
                && Image(pair.Pair.L) == new ScenePicture(pair.Contrast.Edited)
                && SceneReading.IsTrueOf(pair.Pair.W.Response, pair.Contrast.Original)
                && SceneReading.IsTrueOf(pair.Pair.L.Response, pair.Contrast.Edited)
                && !SceneReading.IsTrueOf(pair.Pair.W.Response, pair.Contrast.Edited)
                && !SceneReading.IsTrueOf(pair.Pair.L.Response, pair.Contrast.Original)
                && new[] { pair.Pair.W, pair.Pair.L }.All(side =>
                    SceneGrader.IsInStyle(AnswerStyle.Caption, side.Response) || SceneGrader.IsInStyle(AnswerStyle.Sentence, side.Response)
                )
            );

    [Property(MaxTest = 30)]
    public bool Failed_edits_do_not_show_the_named_change_and_carry_the_artefact(ulong seed) =>
        EditedPair
            .Draw(Clean with { FailedEdits = 1, Artefact = 0.06 }, seed)
            .All(pair =>
                pair.Contrast.Type == ContrastType.Position
                    ? pair.Outcome == EditOutcome.Clean && Image(pair.Pair.L).Artefact == 0
                    : pair.Outcome == EditOutcome.Failed
                        && pair.Drawn[pair.Contrast.Slot] == pair.Contrast.Original[pair.Contrast.Slot]
                        && Image(pair.Pair.L) == new ScenePicture(pair.Contrast.Original, 0.06)
                        && !SceneReading.IsTrueOf(pair.Pair.L.Response, pair.Drawn)
            );

    [Property(MaxTest = 30)]
    public bool Over_edits_show_the_named_change_and_more(ulong seed) =>
        EditedPair
            .Draw(Clean with { OverEdits = 1 }, seed)
            .Where(pair => pair.Contrast.Type != ContrastType.Position)
            .All(pair =>
                pair.Outcome == EditOutcome.OverEdited
                && pair.Drawn[pair.Contrast.Slot] == pair.Contrast.Edited[pair.Contrast.Slot]
                && pair.Drawn.Slots.Any(slot => slot != pair.Contrast.Slot && pair.Drawn[slot] != pair.Contrast.Original[slot])
                && pair.Drawn.Kinds.Distinct().Count() == pair.Drawn.Kinds.Length
            );

    [Property(MaxTest = 30)]
    public bool A_dial_moves_only_what_it_is_for(ulong seed)
    {
        var low = EditedPair.Draw(Clean with { FailedEdits = 0.1, OverEdits = 0.2 }, seed);
        var high = EditedPair.Draw(Clean with { FailedEdits = 0.4, OverEdits = 0.2, Artefact = 0.1, StyleGap = 1, Flourish = 0.3 }, seed);
        return low.Zip(high)
            .All(pair =>
                pair.First.Contrast == pair.Second.Contrast
                && (pair.First.Outcome == EditOutcome.Clean || pair.First.Outcome == pair.Second.Outcome)
                && pair.First.Pair.Query == pair.Second.Pair.Query
            );
    }

    [Fact]
    public void Outcomes_types_and_styles_come_in_the_shares_that_the_dials_say()
    {
        var pairs = EditedPair.Draw(new PairDials(Pairs: 8000, StyleGap: 0.3), 9);
        var edited = pairs.Where(pair => pair.Contrast.Type != ContrastType.Position).ToArray();

        Assert.All(pairs.CountBy(pair => pair.Pair.Type), type => Assert.Equal(2000, type.Value));
        // 6000 and 8000 draws: standard errors below 0.006.
        Assert.Equal(0.15, edited.Average(pair => pair.Outcome == EditOutcome.Failed ? 1.0 : 0), 0.02);
        Assert.Equal(0.10, edited.Average(pair => pair.Outcome == EditOutcome.OverEdited ? 1.0 : 0), 0.02);
        Assert.Equal(0.30, pairs.Average(pair => SceneGrader.IsInStyle(AnswerStyle.Conversational, pair.Pair.W.Response) ? 1.0 : 0), 0.02);
        Assert.Equal(0.50, pairs.Average(pair => Lexicon.CaptionPrompts.Contains(pair.Pair.Query) ? 1.0 : 0), 0.02);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void The_share_of_details_that_no_image_shows_is_what_the_dial_says(double share)
    {
        var pairs = EditedPair.Draw(new PairDials(Pairs: 4000, Flourish: share), 2);
        var invented = pairs.Sum(pair => Lexicon.Flourishes.Count(pair.Pair.W.Response.Contains));
        var shown = pairs.Sum(pair =>
            SceneGrader.IsGrammaticalCaption(pair.Pair.W.Response) ? (pair.Contrast.Original is Scene.Couple ? 8 : 5) : 1
        );

        // About 16000 details.
        Assert.Equal(share, invented / (double)(invented + shown), 0.02);
    }

    [Fact]
    public void Conversational_answers_come_under_general_prompts_or_under_their_own()
    {
        string[] Queries(PromptSetting prompts) =>
            [.. EditedPair.Draw(new PairDials(400, Prompts: prompts), 4).Select(pair => pair.Pair.Query).Distinct()];
        string[] general = [.. Queries(PromptSetting.Shared)];
        string[] own = [.. Queries(PromptSetting.Own)];

        Assert.Empty(general.Intersect(own));
        Assert.Superset(Lexicon.CaptionPrompts.ToHashSet(), general.ToHashSet());
        Assert.Superset(Lexicon.ConversationalCaptionPrompts.ToHashSet(), own.ToHashSet());
    }

    [Property(MaxTest = 30)]
    public bool Both_prompt_settings_answer_with_the_same_words(ulong seed) =>
        EditedPair
            .Draw(new PairDials(40), seed)
            .Zip(EditedPair.Draw(new PairDials(40, Prompts: PromptSetting.Own), seed))
            .All(pair => pair.First.Pair.W == pair.Second.Pair.W && pair.First.Pair.L == pair.Second.Pair.L);

    [Fact]
    public void A_dial_out_of_range_is_refused_by_name()
    {
        PairDials[] wrong =
        [
            new(Pairs: 0),
            new(FailedEdits: -0.1),
            new(OverEdits: 1.1),
            new(FailedEdits: 0.6, OverEdits: 0.6),
            new(Artefact: double.NaN),
            new(StyleGap: 2),
            new(Flourish: 0.6),
            new(Captions: -1),
        ];
        string[] names = ["Pairs", "FailedEdits", "OverEdits", "FailedEdits + OverEdits", "Artefact", "StyleGap", "Flourish", "Captions"];

        foreach (var (dials, name) in wrong.Zip(names))
        {
            Assert.Contains($"dial {name} is", Assert.Throws<UserException>(() => EditedPair.Draw(dials, 1)).Message);
        }
    }
}
