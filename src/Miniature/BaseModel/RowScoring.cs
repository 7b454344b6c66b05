using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Miniature.BaseModel;

/// <summary>A row to score.</summary>
/// <param name="Tokens">The conversation; its image, if any, is one placeholder.</param>
/// <param name="Features">The vision features of its image [image tokens, vision width]; null without an image.</param>
public sealed record ScoredRow(TokenSequence Tokens, Tensor? Features);

/// <summary>
/// Log-probabilities of labelled tokens, many short rows at once and with logits only where a label is predicted. The tower is frozen, so
/// its features come in ready.
/// </summary>
public static class RowScoring
{
    /// <summary>log p of every labelled token given those before it, in one line: the rows in order, their labels in order.</summary>
    /// <returns>fp32 [labels]; gradients flow if they are on.</returns>
    public static Tensor LabelLogProbs(Llava model, IReadOnlyList<ScoredRow> rows)
    {
        using var scope = NewDisposeScope();
        var expanded = rows.Select(row => Expand(model, row.Tokens)).ToArray();
        var longest = expanded.Max(row => row.Ids.Length);
        var (ids, predicting, targets) = (new long[rows.Count * longest], new List<long>(), new List<long>());
        for (var row = 0; row < rows.Count; row++)
        {
            expanded[row].Ids.CopyTo(ids, row * longest);
            foreach (var label in expanded[row].Labels)
            {
                predicting.Add((row * longest) + label - 1);
                targets.Add(expanded[row].Ids[label]);
            }
        }

        var tokens = tensor(ids, [rows.Count, longest]);
        var features = rows.Select(row => row.Features).OfType<Tensor>().ToArray();
        var embeddings = features.Length > 0 ? model.MergeImages(tokens, model.Project(stack(features))) : model.Embed(tokens);
        // Padding stands behind all tokens that count, where causal attention does not see it.
        var attended = ones([rows.Count, longest], ScalarType.Bool);
        var positions = arange(Numbers.Of(0), Numbers.Of(longest), Numbers.One, ScalarType.Int64).unsqueeze(0).expand(rows.Count, longest);
        var hidden = model.Decode(embeddings, positions, attended);
        var logits = model.Logits(hidden.flatten(0, 1).index_select(0, tensor(predicting.ToArray())));
        return log_softmax(logits, -1).gather(1, tensor(targets.ToArray()).unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>log p of the labelled tokens of each row, without gradients; batches are made of rows of like length.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="batch">How many are computed together.</param>
    /// <returns>For each row the log-probabilities of its labels, in order.</returns>
    public static ImmutableArray<ImmutableArray<double>> Score(Llava model, IReadOnlyList<ScoredRow> rows, int batch = 256)
    {
        using var noGradient = no_grad();
        var scores = new ImmutableArray<double>[rows.Count];
        foreach (var indices in ByLength(rows).Chunk(batch))
        {
            using var scope = NewDisposeScope();
            var values = LabelLogProbs(model, [.. indices.Select(index => rows[index])]).data<float>().ToArray();
            var start = 0;
            foreach (var index in indices)
            {
                var count = rows[index].Tokens.LabelCount;
                scores[index] = [.. values.AsSpan(start, count).ToArray().Select(value => (double)value)];
                start += count;
            }
        }

        return [.. scores];
    }

    /// <summary>The indices of the rows, short ones first.</summary>
    public static IEnumerable<int> ByLength(IReadOnlyList<ScoredRow> rows) =>
        Enumerable.Range(0, rows.Count).OrderBy(index => rows[index].Tokens.Length + (rows[index].Features is null ? 0 : 1000));

    static (long[] Ids, int[] Labels) Expand(Llava model, TokenSequence row)
    {
        var (ids, labels) = (new List<long>(row.Length + model.ImageTokens), new List<int>());
        for (var token = 0; token < row.Length; token++)
        {
            if (row.Labelled[token])
            {
                labels.Add(ids.Count);
            }

            ids.AddRange(Enumerable.Repeat((long)row.Ids[token], row.Ids[token] == model.Config.ImageTokenId ? model.ImageTokens : 1));
        }

        return ([.. ids], [.. labels]);
    }
}
