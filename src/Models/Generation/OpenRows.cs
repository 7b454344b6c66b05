using System.Collections.Immutable;
using SVco.Core.Packing;
using static TorchSharp.torch;

namespace SVco.Models.Generation;

/// <summary>The rows that are being continued together; some leave when they have ended, others enter.</summary>
/// <param name="model">The model.</param>
/// <param name="encode">Gives the vision features of images by their indices.</param>
/// <param name="stops">The tokens that end a row.</param>
/// <param name="limits">How much at a time.</param>
sealed class OpenRows(
    VisionLanguageModel model,
    Func<IReadOnlyList<int>, IReadOnlyList<EncodedImage>> encode,
    IReadOnlyCollection<int> stops,
    GenerationLimits limits
) : IDisposable
{
    readonly GroupedCache cache = new(model.Config.Text, model.Dtype, model.Device);

    /// <summary>The rows of each group in their places; null where a row has ended.</summary>
    ImmutableArray<OpenRow?[]> groups = [];

    /// <summary>How many there are.</summary>
    public int Count => Rows.Count();

    IEnumerable<OpenRow> Rows => groups.SelectMany(group => group).OfType<OpenRow>();

    /// <summary>
    /// Those of the waiting trees, from the first, that enter now: as many as there is room for, but none for less than a quarter more rows,
    /// since what is there is laid out anew for them. One always can where there is no row.
    /// </summary>
    public ImmutableArray<PromptTree> Fitting(ImmutableArray<PromptTree> waiting)
    {
        var open = groups.Where(group => group.Any(row => row is not null)).Select(Need.Of).ToList();
        var (rows, entering, fitting) = (Count, 0, 0);
        while (fitting < waiting.Length)
        {
            var tree = waiting[fitting];
            var more = tree.Groups.Sum(group => group.Length);
            open.AddRange(tree.Groups.Select(group => Need.Of(group, tree.MaxNewTokens)));
            if ((rows + entering + more > limits.Rows || Need.OfAll(open) > limits.TokenBudget) && rows + entering > 0)
            {
                break;
            }

            entering += more;
            fitting++;
        }

        return 4 * entering >= rows ? waiting[..fitting] : [];
    }

    /// <summary>Reads prompts and gives each its first new token.</summary>
    /// <returns>What has ended with it.</returns>
    public ImmutableArray<GeneratedTokens> Enter(IReadOnlyList<PromptTree> trees, IReadOnlyList<GenerationRequest> requests)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var entering = trees.Select(tree => tree.Groups.Select(group => new EnteringGroup(group, requests)).ToArray()).ToArray();
        Arrange(entering.SelectMany(tree => tree));
        var first = groups.Length - entering.Sum(tree => tree.Length);
        var next = 0;
        foreach (var pack in PackLayout.Packs(trees.Select(tree => tree.Tree), limits.PromptTokens))
        {
            Read(pack, entering.AsSpan(next, pack.Length), first);
            first += entering[next..(next + pack.Length)].Sum(tree => tree.Length);
            next += pack.Length;
        }

        return Leave();
    }

    /// <summary>Gives each row its next token.</summary>
    /// <returns>What has ended with it.</returns>
    public ImmutableArray<GeneratedTokens> Step()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (groups.Count(group => group.All(row => row is null)) * 4 >= groups.Length)
        {
            Arrange([]);
        }

        var column = cache.NextColumns();
        var (rows, places) = (new List<OpenRow>(), new List<long>());
        foreach (var (group, inPlaces) in groups.Index())
        {
            foreach (var (place, row) in inPlaces.Index().Where(row => row.Item is not null))
            {
                rows.Add(row!);
                places.Add(group * cache.RowsOfGroup + place);
                row!.Columns.Add(column + place);
            }
        }

        var everyPlace = places.Count == groups.Length * cache.RowsOfGroup;
        var at = everyPlace ? null : tensor([.. places], device: model.Device);
        var embeddings = model.Embed(tensor(rows.Select(row => (long)row.Tokens[^1]).ToArray()));
        var hidden = model.Decoder.Step(embeddings, Positions(rows), (layer, q, k, v) => cache.Attend(layer, q, k, v, at));
        Choose(hidden, rows);
        return Leave();
    }

    /// <inheritdoc/>
    public void Dispose() => cache.Dispose();

    /// <summary>A group that enters.</summary>
    sealed class EnteringGroup
    {
        readonly Dictionary<int, int> columnOf;

        public EnteringGroup(ImmutableArray<PromptRow> prompts, IReadOnlyList<GenerationRequest> requests)
        {
            Prompts = prompts;
            Tokens = [.. prompts.SelectMany(prompt => prompt.Tokens).Distinct().Order()];
            columnOf = Tokens.Index().ToDictionary(token => token.Item, token => token.Index);
            Rows =
            [
                .. prompts.Select(prompt => new OpenRow(
                    prompt.Request,
                    requests[prompt.Request],
                    prompt.Tokens.Select(token => columnOf[token]),
                    prompt.NextPosition
                )),
            ];
        }

        public ImmutableArray<PromptRow> Prompts { get; }

        /// <summary>The tree's tokens that it has, each in a column.</summary>
        public ImmutableArray<int> Tokens { get; }

        public OpenRow[] Rows { get; }
    }

    /// <summary>What a group needs at most.</summary>
    readonly record struct Need(int Columns, int Rows, int Steps)
    {
        public static Need Of(OpenRow?[] group)
        {
            var rows = group.OfType<OpenRow>().ToArray();
            return new(rows.SelectMany(row => row.Columns).Distinct().Count(), rows.Length, rows.Max(row => row.StillToCome));
        }

        public static Need Of(ImmutableArray<PromptRow> group, int steps) =>
            new(group.SelectMany(row => row.Tokens).Distinct().Count(), group.Length, steps);

        /// <summary>All groups have as many columns as the longest.</summary>
        public static long OfAll(IReadOnlyCollection<Need> groups) =>
            groups.Count * (groups.Max(group => group.Columns) + (long)groups.Max(group => group.Rows) * groups.Max(group => group.Steps));
    }

    /// <summary>Leaves out the groups that have ended and the columns that no row sees, and makes room for others.</summary>
    void Arrange(IEnumerable<EnteringGroup> entering)
    {
        var places = ImmutableArray.CreateBuilder<GroupPlace>();
        var arranged = ImmutableArray.CreateBuilder<OpenRow?[]>();
        foreach (var (before, group) in groups.Index())
        {
            OpenRow[] rows = [.. group.OfType<OpenRow>()];
            if (rows.Length == 0)
            {
                continue;
            }

            int[] kept = [.. rows.SelectMany(row => row.Columns).Distinct().Order()];
            var columnOf = kept.Index().ToDictionary(column => column.Item, column => column.Index);
            foreach (var row in rows)
            {
                row.Columns = [.. row.Columns.Select(column => columnOf[column])];
            }

            places.Add(new(before, [.. kept.Select(column => (long)column)], Seen(rows)));
            arranged.Add(rows);
        }

        foreach (var group in entering)
        {
            places.Add(new(null, [.. group.Tokens.Select(token => (long)token)], Seen(group.Rows)));
            arranged.Add(group.Rows);
        }

        cache.Arrange(places);
        groups = arranged.ToImmutable();

        static ImmutableArray<ImmutableArray<int>> Seen(OpenRow[] rows) => [.. rows.Select(row => row.Columns.ToImmutableArray())];
    }

    void Read(ImmutableArray<PackedTree> pack, ReadOnlySpan<EnteringGroup[]> trees, int firstGroup)
    {
        using var scope = NewDisposeScope();
        int[] shown = [.. pack.SelectMany(tree => tree.Images).Select(image => image.Image).Distinct()];
        var images = shown.Length == 0 ? [] : model.Project(encode(shown));
        var (groupTokens, rows, predictors) = (new List<Tensor>(), new List<OpenRow>(), new List<long>());
        var (token, predictor) = (0L, 0L);
        for (var tree = 0; tree < pack.Length; tree++)
        {
            foreach (var group in trees[tree])
            {
                groupTokens.Add(tensor(group.Tokens.Select(index => token + index).ToArray(), device: model.Device));
                rows.AddRange(group.Rows);
                predictors.AddRange(group.Prompts.Select(prompt => predictor + prompt.Predictor));
            }

            token += pack[tree].Length;
            predictor += pack[tree].Predictors.Length;
        }

        var hidden = model.ReadTrees(
            pack,
            shown.Zip(images).ToDictionary(),
            (layer, keys, values) =>
            {
                foreach (var (group, tokens) in groupTokens.Index())
                {
                    using var groupScope = NewDisposeScope();
                    cache.Fill(layer, firstGroup + group, keys.index_select(0, tokens), values.index_select(0, tokens));
                }
            }
        );
        Choose(hidden.index_select(0, tensor([.. predictors], device: model.Device)), rows);
    }

    void Choose(Tensor hidden, IReadOnlyList<OpenRow> rows)
    {
        foreach (var (row, choice) in rows.Zip(TokenChoice.Of(model.Decoder.StepLogits(hidden), rows, limits.Gaps)))
        {
            row.Add(choice, stops);
        }
    }

    /// <summary>int64 [rows], or [dimensions, rows]: text counts on alike in all dimensions.</summary>
    Tensor Positions(IEnumerable<OpenRow> rows)
    {
        var positions = tensor(rows.Select(row => row.Position).ToArray());
        return model.Config.PositionDimensions == 1 ? positions : positions.unsqueeze(0).repeat(model.Config.PositionDimensions, 1);
    }

    ImmutableArray<GeneratedTokens> Leave()
    {
        var ended = ImmutableArray.CreateBuilder<GeneratedTokens>();
        foreach (var group in groups)
        {
            for (var place = 0; place < group.Length; place++)
            {
                if (group[place] is { Ended: true } row)
                {
                    ended.Add(row.Result());
                    group[place] = null;
                }
            }
        }

        return ended.ToImmutable();
    }
}
