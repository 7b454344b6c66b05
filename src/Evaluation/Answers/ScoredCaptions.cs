using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Training;
using SVco.Training.Caching;

namespace SVco.Evaluation.Answers;

/// <summary>Both captions of a pair as a model scored them.</summary>
/// <param name="Chosen">The one called chosen.</param>
/// <param name="Rejected">The one called rejected.</param>
public sealed record PairLogProbs(CaptionLogProbs Chosen, CaptionLogProbs Rejected);

/// <summary>
/// How much a model expects each caption of contrast pairs beside its own image, beside the other one, and without an image: the paper's
/// Fig. 2. Where the three are close together, the model writes from habit and not from what it sees.
/// </summary>
public static class ScoredCaptions
{
    const int PairsTogether = 8;

    /// <summary>The captions of all pairs; what is kept is not scored again, and its model not loaded for it.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="model">The model.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="kept">Has what was scored before and gets what is scored now.</param>
    /// <param name="stop">Ends it; what is scored is kept.</param>
    /// <exception cref="UserException">An image cannot be read, or a response has other tokens with an image than without.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static ImmutableArray<CaptionLogProbs> Score(
        string name,
        AskedModel model,
        IReadOnlyList<PreparedPair> pairs,
        KeyedLines<PairLogProbs> kept,
        CancellationToken stop
    )
    {
        var keyed = pairs.Select(pair => (Pair: pair, Key: KeyOf(model, pair))).ToArray();
        foreach (var batch in keyed.Where(one => kept.Find(one.Key) is null).DistinctBy(one => one.Key).Chunk(PairsTogether))
        {
            stop.ThrowIfCancellationRequested();
            var rows = batch.SelectMany(one => Cells.Select(cell => new RowToScore(one.Pair.Row(cell), one.Pair.Image(cell)))).ToArray();
            var scored = new Queue<ImmutableArray<double>>(TokenScoring.LogProbs(model.Network, rows, model.Images));
            foreach (var (pair, key) in batch)
            {
                var logProbs = Cells.ToDictionary(cell => cell, _ => scored.Dequeue());
                kept.Add(key, new(Caption(Side.W, "chosen"), Caption(Side.L, "rejected")));

                CaptionLogProbs Caption(Side side, string caption) =>
                    Of(model, pair, side, caption, [.. Conditions.Select(image => logProbs[new Cell(side, image)])]);
            }
        }

        return
        [
            .. keyed
                .Select(one => (LogProbs: kept.Find(one.Key)!, Content: ContentOf(one.Pair.Pair)))
                .SelectMany(one =>
                    new[] { one.LogProbs.Chosen, one.LogProbs.Rejected }.Select(caption =>
                        caption with
                        {
                            Model = name,
                            Content = one.Content,
                        }
                    )
                ),
        ];
    }

    static readonly ImageCondition[] Conditions = [ImageCondition.Match, ImageCondition.Mismatch, ImageCondition.NoImage];

    static readonly Cell[] Cells = [.. new[] { Side.W, Side.L }.SelectMany(side => Conditions.Select(image => new Cell(side, image)))];

    static CaptionLogProbs Of(AskedModel model, PreparedPair pair, Side side, string caption, ImmutableArray<double>[] logProbs)
    {
        var (all, contrast) = (new Cell(side, ImageCondition.Match), new Cell(side, ImageCondition.Match, Tokens.Contrast));
        var (row, labelled, differing) = (pair.Row(all), pair.Summed(all), pair.Summed(contrast));
        int[] places = [.. Enumerable.Range(0, row.Length).Where(place => labelled[place])];
        return logProbs.All(one => one.Length == places.Length)
            ? new("", caption, [.. places.Select(place => model.Tokenizer.TextOf(row.Ids[place]))], logProbs[0], logProbs[1], logProbs[2])
            {
                Contrast = [.. places.Select(place => differing[place])],
            }
            : throw new UserException(
                $"{pair.Pair.Id}: its {caption} response has other tokens without an image than with one, so that they cannot be compared."
            );
    }

    /// <summary>Names a pair by what is scored of it, whatever the model.</summary>
    static string ContentOf(ContrastPair pair) =>
        ContentHash.Of(
            JsonSerializer.Serialize<string[]>([
                pair.SystemPrompt,
                pair.Query,
                pair.W.Response,
                ImageContent.Of(pair.W.Image),
                pair.L.Response,
                ImageContent.Of(pair.L.Image),
            ])
        );

    static string KeyOf(AskedModel model, PreparedPair pair) =>
        ContentHash.Of(
            JsonSerializer.Serialize<string[]>([
                model.Content,
                ImageContent.Of(pair.Pair.W.Image),
                ImageContent.Of(pair.Pair.L.Image),
                .. Cells.Select(cell => string.Join(',', pair.Row(cell).Ids)),
            ])
        );
}
