using System.Collections.Immutable;

namespace SVco.Core.Packing;

/// <summary>Decides how the sequences of a batch share tokens. Pure; what runs the layout is elsewhere.</summary>
public static class PackLayout
{
    /// <summary>
    /// Lays out the rows as one tree for each image, and one for each distinct prompt without an image. A token that no summed token
    /// comes after is in no tree; a tree whose cells are all empty sums has no tokens.
    /// </summary>
    /// <param name="rows">The sequences to score; a row has at most one placeholder.</param>
    /// <param name="imageToken">The placeholder's token id.</param>
    /// <param name="imageTokens">How many tokens an image takes in the decoder.</param>
    public static ImmutableArray<PackedTree> Trees(IEnumerable<PackRow> rows, int imageToken, int imageTokens) =>
        [.. rows.GroupBy(TreeKey).Select(group => Tree(group.First().Image, [.. group], imageToken, imageTokens))];

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
    static (int? Image, string Prompt) TreeKey(PackRow row) =>
        row.Image is { } image
            ? (image, "")
            : (null, string.Join(',', row.Row.Ids.Zip(row.Row.Labelled).TakeWhile(token => !token.Second).Select(token => token.First)));

    sealed class Node(int id, bool attended)
    {
        public int Id => id;
        public bool Attended => attended;
        public Dictionary<(int Id, bool Attended), Node> Children { get; } = [];
        public int LastToken { get; set; } = -1;
    }

    static PackedTree Tree(int? image, IReadOnlyList<PackRow> rows, int imageToken, int imageTokens)
    {
        var root = new Node(-1, true);
        var paths = rows.Select(row => Insert(root, row)).ToArray();

        var ids = ImmutableArray.CreateBuilder<int>();
        var parents = ImmutableArray.CreateBuilder<int>();
        var positions = ImmutableArray.CreateBuilder<int>();
        var attended = ImmutableArray.CreateBuilder<bool>();
        var trunk = -1;
        var open = new Stack<(Node Node, int Parent, int Depth)>([(root, -1, 0)]);
        while (open.TryPop(out var next))
        {
            var (node, parent, depth) = next;
            for (var i = 0; node != root && i < (node.Id == imageToken ? imageTokens : 1); i++)
            {
                ids.Add(node.Id);
                parents.Add(parent);
                attended.Add(node.Attended);
                // transformers: cumulative sum of the attention mask - 1, and 1 where a token is masked out.
                positions.Add(node.Attended ? depth++ : 1);
                parent = ids.Count - 1;
            }

            node.LastToken = parent;
            if (trunk < 0 && node.Children.Count != 1)
            {
                trunk = ids.Count;
            }

            foreach (var child in node.Children.Values.Reverse())
            {
                open.Push((child, parent, depth));
            }
        }

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
        return new PackedTree(
            image,
            ids.ToImmutable(),
            parents.ToImmutable(),
            positions.ToImmutable(),
            attended.ToImmutable(),
            trunk,
            predictors,
            predictions,
            [.. cells, .. empty]
        );
    }

    static Node[] Insert(Node root, PackRow row)
    {
        // Nothing asks for what comes after the last predictor; the last target itself is only looked up.
        var path = new Node[Math.Max(0, row.Sums.Values.Max(sum => sum.LastIndexOf(true)))];
        var node = root;
        for (var i = 0; i < path.Length; i++)
        {
            var token = (Id: row.Row.Ids[i], Attended: row.Row.Attended[i]);
            if (!node.Children.TryGetValue(token, out var child))
            {
                node.Children[token] = child = new Node(token.Id, token.Attended);
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
