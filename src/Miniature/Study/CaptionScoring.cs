using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Evaluation.Results;
using SVco.Miniature.BaseModel;
using SVco.Training;

namespace SVco.Miniature.Study;

/// <summary>What images do to the probability of texts: perplexities of captions (Fig. 2) and the visual sensitivity of single tokens.</summary>
public static class CaptionScoring
{
    static readonly (string Name, ImageCondition Image)[] Conditions =
    [
        ("matching", ImageCondition.Match),
        ("mismatching", ImageCondition.Mismatch),
        ("none", ImageCondition.NoImage),
    ];

    /// <summary>
    /// The perplexities of the pairs' captions under each image condition: exp of the mean negative log-probability over the tokens of all
    /// captions together, over all tokens and over those in which the two captions of a pair differ.
    /// </summary>
    public static ImmutableArray<CaptionPerplexity> Perplexities(
        MiniatureModel model,
        IEnumerable<ContrastPair> pairs,
        string name,
        int seed
    )
    {
        var prepared = model.Prepare(pairs);
        Cell[] cells =
        [
            .. from side in Enum.GetValues<Side>()
            from condition in Conditions
            from tokens in Enum.GetValues<Tokens>()
            select new Cell(side, condition.Image, tokens),
        ];
        var scoring = new PackedScoring();
        model.Vision.Encode(prepared.SelectMany(pair => new[] { pair.Pair.W.Image, pair.Pair.L.Image }));
        var scored = prepared.Chunk(32).SelectMany(batch => batch.Zip(scoring.Score(model.Network, batch, cells, model.Vision))).ToArray();
        return
        [
            .. cells.Select(cell => new CaptionPerplexity(
                name,
                seed,
                cell.Response == Side.W ? "original" : "edited",
                cell.Tokens == Tokens.All ? "all" : "contrast",
                Conditions.First(condition => condition.Image == cell.Image).Name,
                Math.Exp(-scored.Sum(pair => pair.Second[cell]) / scored.Sum(pair => pair.First.Summed(cell).Count(summed => summed)))
            )),
        ];
    }

    /// <summary>
    /// log p(token, image) - log p(token, no image) for each token of a response and its end token. They add up to
    /// log p(Match) - log p(NoImage) of the response where the image is its own.
    /// </summary>
    public static (ImmutableArray<string> Tokens, ImmutableArray<double> Values) Sensitivity(
        MiniatureModel model,
        string query,
        string response,
        ImageSource image
    )
    {
        var row = model.Encode(query, response, withImage: true);
        return (
            [.. row.Ids.Where((_, token) => row.Labelled[token]).Select(id => model.Tokenizer.TokenText(id)!)],
            TokenScoring.Sensitivity(model.Network, row, model.Encode(query, response, withImage: false), image, model.Vision)
        );
    }
}
