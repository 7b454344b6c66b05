using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;

namespace SVco.Core.Tests.Packing;

/// <summary>Random batches of rows over a small vocabulary, so that prefixes are shared in every way.</summary>
public sealed record Batch(ImmutableArray<PackRow> Rows)
{
    public const int ImageToken = 9;

    /// <summary>One image is a line of three tokens, the other a grid of two rows and two columns.</summary>
    public static readonly ImmutableArray<ImageTokens> Images =
    [
        new([
            [0, 1, 2],
            [0, 1, 2],
        ]),
        new([
            [0, 0, 1, 1],
            [0, 1, 0, 1],
        ]),
    ];

    public static Arbitrary<Batch> Arbitrary() => RowGenerator.ListOf().Where(rows => rows.Count > 0).Select(Number).ToArbitrary();

    static Gen<PackRow> RowGenerator =>
        from count in Gen.Choose(0, 2)
        from images in Gen.Choose(0, 1).ListOf(count)
        from prompt in Gen.Choose(0, 2).NonEmptyListOf()
        from literal in Gen.Elements(false, false, true)
        from response in Gen.Choose(3, 5).NonEmptyListOf()
        from summed in Gen.Elements(true, true, false).ArrayOf(response.Count)
        select Row([.. images], [.. prompt, .. literal ? (int[])[ImageToken] : []], response, summed);

    // A placeholder written out in the prompt comes after the images'.
    static PackRow Row(ImmutableArray<int> images, IReadOnlyList<int> prompt, IReadOnlyCollection<int> response, bool[] summed)
    {
        ImmutableArray<int> before = [.. prompt.Take(1), .. images.Select(_ => ImageToken), .. prompt.Skip(1)];
        ImmutableArray<int> ids = [.. before, .. response];
        // Whether a token is attended to depends on its id alone (golden/chat, rule 6).
        var sequence = new TokenSequence(ids, [.. ids.Select((_, i) => i >= before.Length)], [.. ids.Select(id => id != 5)]);
        ImmutableArray<bool> sums = [.. before.Select(_ => false), .. summed];
        return new PackRow(0, images, sequence, ImmutableDictionary<Cell, ImmutableArray<bool>>.Empty.Add(default, sums));
    }

    static Batch Number(IEnumerable<PackRow> rows) => new([.. rows.Select((row, index) => row with { Pair = index })]);

    public ImmutableArray<PackedTree> Trees { get; } = PackLayout.Trees(Rows, ImageToken, Images, dimensions: 2);
}

[Properties(Arbitrary = [typeof(Batch)])]
public class PackLayoutTests
{
    [Property]
    public bool Every_cell_is_scored_exactly_once(Batch batch) =>
        batch.Trees.SelectMany(tree => tree.Cells).Select(cell => cell.Pair).Order().SequenceEqual(Enumerable.Range(0, batch.Rows.Length));

    [Property]
    public bool The_path_to_each_prediction_spells_the_row_up_to_its_target(Batch batch) =>
        batch.Trees.All(tree =>
            tree.Cells.All(cell =>
            {
                var row = batch.Rows[cell.Pair];
                var expected = Enumerable.Range(0, row.Row.Length).Where(i => row.Sums[default][i]).Select(i => Expand(row, i + 1));
                var actual = cell.Predictions.Select(index => tree.Predictions[index]).Select(prediction => Path(tree, prediction));
                return actual.Order(Lexicographic).SequenceEqual(expected.Order(Lexicographic), SameTokens);
            })
        );

    /// <summary>A placeholder beyond a row's images is one token like any other.</summary>
    [Property]
    public bool The_path_to_each_prediction_shows_the_images_of_the_row(Batch batch) =>
        batch.Trees.All(tree =>
            tree.Cells.All(cell =>
                cell.Predictions.All(prediction =>
                {
                    var row = batch.Rows[cell.Pair];
                    var path = Line(tree, tree.Predictors[tree.Predictions[prediction].Predictor]).ToArray();
                    var shown = tree.Images.Where(image => path.Contains(image.Start)).ToArray();
                    return row.Images.Take(shown.Length).SequenceEqual(shown.Select(image => image.Image))
                        && shown.All(image =>
                            image.Length == Batch.Images[image.Image].Count
                            && Enumerable
                                .Range(image.Start, image.Length)
                                .All(token => path.Contains(token) && tree.Ids[token] == Batch.ImageToken)
                        );
                })
            )
        );

    [Property]
    public bool A_tree_holds_each_distinct_prefix_of_a_predicted_token_once(Batch batch) =>
        batch.Trees.All(tree =>
        {
            var prefixes = Enumerable.Range(0, tree.Length).Select(token => Ancestors(tree, token)).ToHashSet(SameTokens);
            return prefixes.Count == tree.Length;
        })
        && batch.Trees.Sum(tree => tree.Length)
            == batch
                .Rows.SelectMany(row =>
                    Enumerable
                        .Range(1, Expand(row, Math.Max(0, row.Sums[default].LastIndexOf(true))).Length)
                        .Select(length =>
                            (
                                Images: string.Join(',', row.Images),
                                Query: row.Images.IsEmpty ? Prompt(row) : "",
                                Prefix: string.Join(',', Expand(row, row.Row.Length)[..length])
                            )
                        )
                )
                .Distinct()
                .Count();

    [Property]
    public bool A_token_sees_exactly_its_attended_ancestors_and_itself(Batch batch) =>
        batch.Trees.All(tree =>
        {
            var visible = tree.Visible([.. Enumerable.Range(0, tree.Length)]);
            return Enumerable
                .Range(0, tree.Length)
                .All(query =>
                    Enumerable.Range(0, tree.Length).All(key => visible[query, key] == (tree.Attended[key] && IsPrefix(tree, key, query)))
                );
        });

    [Property]
    public bool A_position_counts_the_attended_tokens_before_an_image_as_many_as_it_extends(Batch batch) =>
        batch.Trees.All(tree =>
            Enumerable
                .Range(0, tree.Length)
                .All(token =>
                    Enumerable
                        .Range(0, 2)
                        .All(dimension => tree.Positions[dimension][token] == (tree.Attended[token] ? Position(tree, token, dimension) : 1))
                )
        );

    [Property]
    public bool The_trunk_is_all_that_comes_before_the_first_branching_or_end(Batch batch) =>
        batch.Trees.All(tree =>
        {
            var (length, last) = (0, -1);
            while (tree.Parents.Count(parent => parent == last) == 1)
            {
                (length, last) = (length + 1, tree.Parents.IndexOf(last));
            }

            return tree.TrunkLength == length && tree.Parents.Take(length).SequenceEqual(Enumerable.Range(-1, length));
        });

    [Property]
    public bool A_token_comes_after_its_parent(Batch batch) =>
        batch.Trees.All(tree => tree.Parents.Select((parent, token) => parent < token).All(before => before));

    [Property]
    public bool Logits_are_asked_for_once_where_a_summed_token_is_predicted_and_nowhere_else(Batch batch) =>
        batch.Trees.All(tree =>
            tree.Predictors.SequenceEqual(tree.Predictors.Distinct().Order())
            && tree.Predictions.Length == tree.Predictions.Distinct().Count()
            && IsAll(tree.Predictions.Select(prediction => prediction.Predictor), tree.Predictors.Length)
            && IsAll(tree.Cells.SelectMany(cell => cell.Predictions), tree.Predictions.Length)
        );

    [Property]
    public bool Packs_keep_every_tree_in_order_and_the_budget_unless_one_tree_alone_exceeds_it(Batch batch, PositiveInt budget)
    {
        var packs = PackLayout.Packs(batch.Trees, budget.Get).ToArray();
        return packs.SelectMany(pack => pack).SequenceEqual(batch.Trees, ReferenceEqualityComparer.Instance)
            && packs.All(pack => pack.Length == 1 || pack.Sum(tree => tree.Length) <= budget.Get);
    }

    static readonly Comparer<int[]> Lexicographic = Comparer<int[]>.Create(
        (a, b) => string.CompareOrdinal(string.Join(',', a), string.Join(',', b))
    );
    static readonly IEqualityComparer<int[]> SameTokens = EqualityComparer<int[]>.Create(
        (a, b) => a!.SequenceEqual(b!),
        tokens => tokens.Aggregate(0, HashCode.Combine)
    );

    static bool IsAll(IEnumerable<int> indices, int count) => indices.Distinct().Order().SequenceEqual(Enumerable.Range(0, count));

    static string Prompt(PackRow row) =>
        string.Join(',', row.Row.Ids.Zip(row.Row.Labelled).TakeWhile(token => !token.Second).Select(token => token.First));

    /// <summary>The first tokens of a row with those of its images.</summary>
    static int[] Expand(PackRow row, int length)
    {
        var images = new Queue<int>(row.Images);
        return
        [
            .. row
                .Row.Ids.Take(length)
                .SelectMany(id =>
                    Enumerable.Repeat(id, id == Batch.ImageToken && images.TryDequeue(out var image) ? Batch.Images[image].Count : 1)
                ),
        ];
    }

    /// <summary>What stands before a token, each image once, and where the token lies in its own image.</summary>
    static int Position(PackedTree tree, int token, int dimension)
    {
        var own = tree.Images.FirstOrDefault(image => image.Start <= token && token < image.Start + image.Length);
        var first = own.Length > 0 ? own.Start : token;
        var before = Line(tree, tree.Parents[first])
            .Where(ancestor => tree.Attended[ancestor])
            .Sum(ancestor =>
                tree.Images.FirstOrDefault(image => image.Start <= ancestor && ancestor < image.Start + image.Length) switch
                {
                    { Length: 0 } => 1,
                    var image => ancestor == image.Start ? Batch.Images[image.Image].Extent : 0,
                }
            );
        return before + (own.Length > 0 ? Batch.Images[own.Image].Offsets[dimension][token - own.Start] : 0);
    }

    static int[] Path(PackedTree tree, Prediction prediction) =>
        [.. Ancestors(tree, tree.Predictors[prediction.Predictor]), prediction.Target];

    static int[] Ancestors(PackedTree tree, int token) => [.. Line(tree, token).Select(ancestor => tree.Ids[ancestor])];

    static bool IsPrefix(PackedTree tree, int ancestor, int token) => Line(tree, token).Contains(ancestor);

    static IEnumerable<int> Line(PackedTree tree, int token)
    {
        var line = new Stack<int>();
        for (; token >= 0; token = tree.Parents[token])
        {
            line.Push(token);
        }

        return line;
    }
}
