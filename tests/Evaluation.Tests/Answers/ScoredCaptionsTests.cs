using SVco.Core;
using SVco.Core.Data;
using SVco.Evaluation.Answers;
using SVco.Training;

namespace SVco.Evaluation.Tests.Answers;

public sealed class ScoredCaptionsTests
{
    const int MaxTextLength = 64;

    [Fact]
    public void Captions_name_their_pair_by_its_texts_and_images_whatever_the_model_and_the_pair_s_name()
    {
        using var model = new TinyModel();
        using var kept = new KeyedLines<PairLogProbs>(null);
        ContrastPair pair = new("a", "What is it?", new(new Grey(10), "It is dark."), new(new Grey(200), "It is light."));
        ContrastPair[] pairs =
        [
            pair,
            pair with
            {
                Id = "b",
            },
            pair with
            {
                W = pair.W with { Image = new Grey(11) },
            },
            pair with
            {
                L = pair.L with { Response = "It is grey." },
            },
            pair with
            {
                Query = "What?",
            },
        ];
        var prepared = PairPreparation.Prepare(pairs, model.Asked.Chat, MaxTextLength, Behaviour.Corrected).Prepared;

        var contents = Score(model.Asked);

        Assert.Equal(contents[0], contents[1]);
        Assert.Equal(4, contents.Distinct().Count());
        Assert.DoesNotContain("", contents);
        Assert.Equal(contents, Score(model.Asked with { Content = "another model" }));

        string[] Score(AskedModel asked) =>
            [
                .. ScoredCaptions
                    .Score("m", asked, prepared, kept, CancellationToken.None)
                    .Chunk(2)
                    .Select(both => Assert.Single(both.Select(caption => caption.Content).Distinct())),
            ];
    }
}
