using SVco.Core.Data;
using SVco.Core.Packing;
using SVco.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Miniature.BaseModel;

/// <summary>A text to pretrain on.</summary>
/// <param name="Tokens">The conversation; its image, if any, is one placeholder.</param>
/// <param name="Image">The vision features of its image; null without an image.</param>
public sealed record PretrainingRow(TokenSequence Tokens, EncodedImage? Image)
{
    /// <summary>log p of every labelled token given those before it, many short rows padded together, with logits only where a label is predicted.</summary>
    /// <returns>fp32 [labels]: the rows in order, their labels in order; gradients flow if they are on.</returns>
    public static Tensor LabelLogProbs(VisionLanguageModel model, IReadOnlyList<PretrainingRow> rows)
    {
        using var scope = NewDisposeScope();
        var expanded = rows.Select(row => Expand(model.Config, row)).ToArray();
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
        var images = rows.Select(row => row.Image).OfType<EncodedImage>().ToArray();
        var embeddings = images.Length > 0 ? model.MergeImages(tokens, model.Project(images)) : model.Embed(tokens);
        // Padding stands behind all tokens that count, where causal attention does not see it.
        var attended = ones([rows.Count, longest], ScalarType.Bool);
        var positions = arange(Numbers.Of(0), Numbers.Of(longest), Numbers.One, ScalarType.Int64).unsqueeze(0).expand(rows.Count, longest);
        var hidden = model.Decode(embeddings, positions, attended);
        var logits = model.Logits(hidden.flatten(0, 1).index_select(0, tensor(predicting.ToArray())));
        return log_softmax(logits, -1).gather(1, tensor(targets.ToArray()).unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The indices of the rows, short ones first.</summary>
    public static IEnumerable<int> ByLength(IReadOnlyList<PretrainingRow> rows) =>
        Enumerable.Range(0, rows.Count).OrderBy(index => rows[index].Tokens.Length + (rows[index].Image is null ? 0 : 1000));

    static (long[] Ids, int[] Labels) Expand(ModelConfig config, PretrainingRow row)
    {
        var (ids, labelled) = (row.Tokens.Ids, row.Tokens.Labelled);
        var tokens = PackLayout.Expand(ids, config.ImageTokenId, row.Image is null ? [] : [config.ImageTokens(row.Image.Size).Count]);
        return (
            [.. tokens.Select(token => (long)ids[token.Source])],
            [.. Enumerable.Range(0, tokens.Length).Where(index => labelled[tokens[index].Source])]
        );
    }
}
