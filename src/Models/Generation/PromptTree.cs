using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models.Images;

namespace SVco.Models.Generation;

/// <summary>A request's prompt in a tree.</summary>
/// <param name="Request">The request's index.</param>
/// <param name="Predictor">Index into the tree's predictors: the prompt's last token.</param>
/// <param name="Tokens">The prompt's tokens in the tree, ascending.</param>
/// <param name="NextPosition">The position of the first new token.</param>
sealed record PromptRow(int Request, int Predictor, ImmutableArray<int> Tokens, long NextPosition);

/// <summary>Prompts that share their beginnings, and in what groups they are continued.</summary>
/// <param name="Tree">The prompts' tokens, each once.</param>
/// <param name="Groups">The rows that are continued side by side on one copy of their keys and values.</param>
/// <param name="MaxNewTokens">The most tokens that one of them may get.</param>
sealed record PromptTree(PackedTree Tree, ImmutableArray<ImmutableArray<PromptRow>> Groups, int MaxNewTokens)
{
    // Attention in a tree has a mask that grows with the square of what its rows do not share.
    const int MostRows = 32;

    // A row of a group computes, and then hides, the scores of the others' own tokens.
    const int MostRowsOfGroup = 8;

    // Answers are mostly shorter than they may be.
    const int UsualAnswer = 64;

    /// <summary>The requests as trees, those first that take longest.</summary>
    /// <param name="config">The model.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="images">The processed size of each image.</param>
    /// <param name="limits">A tree keeps within them.</param>
    public static ImmutableArray<PromptTree> Of(
        ModelConfig config,
        IReadOnlyList<GenerationRequest> requests,
        IReadOnlyList<ImageSize> images,
        GenerationLimits limits
    )
    {
        foreach (var request in requests)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.MaxNewTokens);
            if (request.Prompt.IsEmpty || request.Prompt.Count(id => id == config.ImageTokenId) < request.Images.Length)
            {
                throw new ArgumentException("A prompt has no token, or fewer placeholders than images.", nameof(requests));
            }
        }

        return
        [
            .. requests
                .Index()
                .GroupBy(request => SharedBy(config, request.Item))
                .SelectMany(alike => Chunks(alike.OrderBy(request => request.Item.Prompt, PromptOrder.Instance), limits))
                .Select(chunk => Laid(config, chunk, images))
                .OrderByDescending(tree => tree.Tree.Length + tree.Groups.Max(group => group.Length) * tree.MaxNewTokens),
        ];
    }

    /// <summary>
    /// Prompts that show the same images become one tree, and all that show none. The layout would take a placeholder that is mere text for an
    /// image there, so a prompt that has one and shows none is a tree of its own.
    /// </summary>
    static string SharedBy(ModelConfig config, GenerationRequest request) =>
        string.Join(
            ',',
            request.Images.IsEmpty && request.Prompt.Contains(config.ImageTokenId) ? request.Prompt.Prepend(-1) : request.Images
        );

    static IEnumerable<ImmutableArray<(int Index, GenerationRequest Item)>> Chunks(
        IEnumerable<(int Index, GenerationRequest Item)> alike,
        GenerationLimits limits
    )
    {
        var chunk = ImmutableArray.CreateBuilder<(int Index, GenerationRequest Item)>();
        long tokens = 0;
        foreach (var request in alike)
        {
            var more = request.Item.Prompt.Length + request.Item.MaxNewTokens;
            if (chunk.Count > 0 && (chunk.Count == Math.Min(MostRows, limits.Rows) || tokens + more > limits.TokenBudget))
            {
                yield return chunk.DrainToImmutable();
                tokens = 0;
            }

            chunk.Add(request);
            tokens += more;
        }

        yield return chunk.DrainToImmutable();
    }

    static PromptTree Laid(ModelConfig config, ImmutableArray<(int Index, GenerationRequest Item)> chunk, IReadOnlyList<ImageSize> images)
    {
        // The layout makes a tree of rows that show the same images, and one of each prompt that shows none. Prompts without a placeholder
        // show nothing whatever image they name, so that they become one tree too.
        var shared =
            chunk[0].Item.Images is { IsEmpty: false } shown ? shown
            : chunk[0].Item.Prompt.Contains(config.ImageTokenId) ? []
            : [0];
        var rows = chunk.Select(request => Row(request.Index, shared, request.Item.Prompt));
        var trees = config.Trees(rows, images);
        return trees.Length == 1 ? Of(trees[0], chunk) : throw new InvalidOperationException("Prompts of one kind became several trees.");
    }

    /// <summary>A prompt as the layout takes it: asked for is what comes after its last token.</summary>
    static PackRow Row(int index, ImmutableArray<int> images, ImmutableArray<int> prompt)
    {
        ImmutableArray<bool> after = [.. prompt.Select(_ => false), true];
        return new(
            index,
            images,
            new([.. prompt, 0], after, [.. after.Select(_ => true)]),
            ImmutableDictionary.CreateRange([KeyValuePair.Create(default(Cell), after)])
        );
    }

    static PromptTree Of(PackedTree tree, ImmutableArray<(int Index, GenerationRequest Item)> chunk)
    {
        PromptRow[] rows =
        [
            .. tree
                .Cells.Select(cell => (cell.Pair, Predictor: tree.Predictions[cell.Predictions[0]].Predictor))
                .Select(row => new PromptRow(
                    row.Pair,
                    row.Predictor,
                    Path(tree, tree.Predictors[row.Predictor]),
                    1 + tree.Positions.Max(dimension => dimension[tree.Predictors[row.Predictor]])
                ))
                .OrderBy(row => row.Predictor),
        ];
        var most = chunk.Max(request => request.Item.MaxNewTokens);
        var own = rows.Average(row => row.Tokens.Length) - tree.TrunkLength + Math.Min(most, UsualAnswer);
        var together = Math.Clamp(1 + (int)(2 * tree.TrunkLength / own), 1, MostRowsOfGroup);
        var groups = (rows.Length + together - 1) / together;
        return new(tree, [.. rows.Chunk((rows.Length + groups - 1) / groups).Select(group => group.ToImmutableArray())], most);
    }

    static ImmutableArray<int> Path(PackedTree tree, int last)
    {
        var path = new List<int>();
        for (var token = last; token >= 0; token = tree.Parents[token])
        {
            path.Add(token);
        }

        path.Reverse();
        return [.. path];
    }

    /// <summary>Prompts that begin alike beside each other.</summary>
    sealed class PromptOrder : IComparer<ImmutableArray<int>>
    {
        public static PromptOrder Instance { get; } = new();

        public int Compare(ImmutableArray<int> x, ImmutableArray<int> y) => x.AsSpan().SequenceCompareTo(y.AsSpan());
    }
}
