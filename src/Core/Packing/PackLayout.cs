using System.Collections.Immutable;

namespace SVco.Core.Packing;

/// <summary>A token of a row whose images are expanded.</summary>
/// <param name="Source">Index of the row's token that it comes from.</param>
/// <param name="OfImage">Whether it stands for an image.</param>
public readonly record struct ExpandedToken(int Source, bool OfImage);

/// <summary>Decides how the sequences of a batch share tokens. Pure; what runs the layout is elsewhere.</summary>
public static class PackLayout
{
    /// <summary>
    /// Lays out the rows as one tree for each image, or sequence of images, and one for each distinct prompt without an image. A token that
    /// no summed token comes after is in no tree; a tree whose cells are all empty sums has no tokens.
    /// </summary>
    /// <param name="rows">The sequences to score.</param>
    /// <param name="imageToken">The placeholder's token id.</param>
    /// <param name="images">The tokens of each image of the batch.</param>
    /// <param name="dimensions">How many dimensions rotary positions have.</param>
    public static ImmutableArray<PackedTree> Trees(
        IEnumerable<PackRow> rows,
        int imageToken,
        IReadOnlyList<ImageTokens> images,
        int dimensions
    ) => [.. rows.GroupBy(TreeKey).Select(group => Tree([.. group], imageToken, images, dimensions))];

    /// <summary>The tokens of a row in which each image takes as many as in the decoder.</summary>
    /// <param name="ids">Token ids with placeholders.</param>
    /// <param name="imageToken">The placeholder's token id.</param>
    /// <param name="imageTokens">How many tokens each image of the row takes; a placeholder beyond them is a token like any other.</param>
    public static ImmutableArray<ExpandedToken> Expand(ImmutableArray<int> ids, int imageToken, IReadOnlyList<int> imageTokens)
    {
        var shown = 0;
        return
        [
            .. ids.SelectMany(
                (id, source) =>
                    id == imageToken && shown < imageTokens.Count
                        ? Enumerable.Repeat(new ExpandedToken(source, OfImage: true), imageTokens[shown++])
                        : [new ExpandedToken(source, OfImage: false)]
            ),
        ];
    }

    /// <summary>
    /// Puts trees together in order until the next one would exceed the budget; a tree larger than the budget is a pack of its own.
    /// </summary>
    public static IEnumerable<ImmutableArray<PackedTree>> Packs(IEnumerable<PackedTree> trees, int tokenBudget)
    {
        var pack = ImmutableArray.CreateBuilder<PackedTree>();
        foreach (var tree in trees)
        {
            if (pack.Count > 0 && pack.Sum(packed => packed.Length) + tree.Length > tokenBudget)
            {
                yield return pack.DrainToImmutable();
            }

            pack.Add(tree);
        }

        if (pack.Count > 0)
        {
            yield return pack.DrainToImmutable();
        }
    }

    // Without an image there is little to share between different prompts, and one tree for all would make its mask grow with the square
    // of the batch.
    static (string Images, string Prompt) TreeKey(PackRow row) =>
        (
            string.Join(',', row.Images),
            row.Images.IsEmpty
                ? string.Join(',', row.Row.Ids.Zip(row.Row.Labelled).TakeWhile(token => !token.Second).Select(token => token.First))
                : ""
        );

    readonly record struct Token(int Id, bool Attended, int? Image);

    sealed class Node(Token token)
    {
        public Token Token => token;
        public Dictionary<Token, Node> Children { get; } = [];
        public int LastToken { get; set; } = -1;
    }

    static PackedTree Tree(IReadOnlyList<PackRow> rows, int imageToken, IReadOnlyList<ImageTokens> images, int dimensions)
    {
        var root = new Node(default);
        var paths = rows.Select(row => Insert(root, row, imageToken)).ToArray();
        var tokens = new TreeTokens(images, dimensions);
        tokens.Add(root);
        var edges = paths.SelectMany((path, row) => Edges(rows[row], path)).ToArray();
        var predictors = edges.Select(edge => edge.From).Distinct().Order().ToImmutableArray();
        var predictions = edges
            .Select(edge => new Prediction(predictors.BinarySearch(edge.From), edge.Target))
            .Distinct()
            .OrderBy(prediction => prediction.Predictor)
            .ToImmutableArray();
        var index = predictions.Select((prediction, at) => (prediction, at)).ToDictionary(entry => entry.prediction, entry => entry.at);
        var cells = edges
            .GroupBy(edge => (edge.Pair, edge.Cell))
            .Select(cell => new PackedCell(
                cell.Key.Pair,
                cell.Key.Cell,
                [.. cell.Select(edge => index[new Prediction(predictors.BinarySearch(edge.From), edge.Target)])]
            ));
        // A cell without any summed token is an empty sum, not a missing cell.
        var empty = rows.SelectMany(row =>
            row.Sums.Where(sum => !sum.Value.Skip(1).Contains(true)).Select(sum => new PackedCell(row.Pair, sum.Key, []))
        );
        return tokens.Tree(predictors, predictions, [.. cells, .. empty]);
    }

    /// <summary>The tokens of a tree, each after its parent.</summary>
    sealed class TreeTokens(IReadOnlyList<ImageTokens> images, int dimensions)
    {
        readonly ImmutableArray<int>.Builder ids = ImmutableArray.CreateBuilder<int>();
        readonly ImmutableArray<int>.Builder parents = ImmutableArray.CreateBuilder<int>();
        readonly ImmutableArray<int>.Builder[] positions =
        [
            .. Enumerable.Range(0, dimensions).Select(_ => ImmutableArray.CreateBuilder<int>()),
        ];
        readonly ImmutableArray<bool>.Builder attended = ImmutableArray.CreateBuilder<bool>();
        readonly ImmutableArray<PackedImage>.Builder shown = ImmutableArray.CreateBuilder<PackedImage>();
        int trunk = -1;

        /// <summary>Adds all nodes below a root.</summary>
        public void Add(Node root)
        {
            var open = new Stack<(Node Node, int Parent, int Depth)>([(root, -1, 0)]);
            while (open.TryPop(out var next))
            {
                var (node, depth) = (next.Node, next.Depth);
                node.LastToken = node == root ? next.Parent : Add(node.Token, next.Parent, depth);
                depth += node != root && node.Token.Attended ? ImageOf(node.Token)?.Extent ?? 1 : 0;
                if (trunk < 0 && node.Children.Count != 1)
                {
                    trunk = ids.Count;
                }

                foreach (var child in node.Children.Values.Reverse())
                {
                    open.Push((child, node.LastToken, depth));
                }
            }
        }

        /// <summary>The tree with what it predicts.</summary>
        public PackedTree Tree(ImmutableArray<int> predictors, ImmutableArray<Prediction> predictions, ImmutableArray<PackedCell> cells) =>
            new(
                shown.ToImmutable(),
                ids.ToImmutable(),
                parents.ToImmutable(),
                [.. positions.Select(dimension => dimension.ToImmutable())],
                attended.ToImmutable(),
                trunk,
                predictors,
                predictions,
                cells
            );

        /// <summary>Adds a token, or those of an image; gives the last one's index.</summary>
        int Add(Token token, int parent, int depth)
        {
            var image = ImageOf(token);
            if (image is not null)
            {
                shown.Add(new(token.Image!.Value, ids.Count, image.Count));
            }

            for (var i = 0; i < (image?.Count ?? 1); i++)
            {
                ids.Add(token.Id);
                parents.Add(parent);
                attended.Add(token.Attended);
                foreach (var (dimension, column) in positions.Index())
                {
                    // transformers: cumulative sum of the attention mask - 1, and 1 where a token is masked out.
                    column.Add(token.Attended ? depth + (image?.Offsets[dimension][i] ?? 0) : 1);
                }

                parent = ids.Count - 1;
            }

            return parent;
        }

        ImageTokens? ImageOf(Token token) => token.Image is { } which ? images[which] : null;
    }

    static Node[] Insert(Node root, PackRow row, int imageToken)
    {
        // Nothing asks for what comes after the last predictor; the last target itself is only looked up.
        var path = new Node[Math.Max(0, row.Sums.Values.Max(sum => sum.LastIndexOf(true)))];
        var (node, shown) = (root, 0);
        for (var i = 0; i < path.Length; i++)
        {
            int? image = row.Row.Ids[i] == imageToken && shown < row.Images.Length ? row.Images[shown++] : null;
            var token = new Token(row.Row.Ids[i], row.Row.Attended[i], image);
            if (!node.Children.TryGetValue(token, out var child))
            {
                node.Children[token] = child = new Node(token);
            }

            path[i] = node = child;
        }

        return path;
    }

    static IEnumerable<(int Pair, Objectives.Cell Cell, int From, int Target)> Edges(PackRow row, Node[] path) =>
        row.Sums.SelectMany(sum =>
            Enumerable
                .Range(1, path.Length)
                .Where(i => sum.Value[i])
                .Select(i => (row.Pair, sum.Key, path[i - 1].LastToken, row.Row.Ids[i]))
        );
}
