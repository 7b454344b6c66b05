using System.Collections.Immutable;

namespace SVco.Miniature.Scenes;

/// <summary>
/// What a vision tower is taught to see. In each of the 16 cells (one 8 x 8 patch) 0 means that no thing is there.
/// </summary>
/// <param name="Kind">1 + kind [16].</param>
/// <param name="Colour">1 + colour [16].</param>
/// <param name="Size">1 + size [16].</param>
/// <param name="Relation">1 + relation to the other thing of a couple, 0 in a group [16].</param>
/// <param name="Count">The number of things in the picture [16].</param>
/// <param name="Background">The background of the whole picture.</param>
public sealed record DenseLabels(
    ImmutableArray<int> Kind,
    ImmutableArray<int> Colour,
    ImmutableArray<int> Size,
    ImmutableArray<int> Relation,
    ImmutableArray<int> Count,
    int Background
)
{
    /// <summary>The labels of a scene's picture.</summary>
    public static DenseLabels Of(Scene scene)
    {
        var things = Layout.Of(scene);
        var couple = scene as Scene.Couple;
        return new(
            Cells(placed => 1 + (int)placed.Thing.Kind),
            Cells(placed => 1 + (int)placed.Thing.Colour),
            Cells(placed => 1 + (int)placed.Thing.Size),
            Cells(placed => couple is null ? 0 : 1 + (int)(placed == things[0] ? couple : couple.Retold).Relation),
            Cells(_ => things.Length),
            (int)scene.Background
        );

        ImmutableArray<int> Cells(Func<Placed, int> label)
        {
            var cells = new int[Layout.Side * Layout.Side];
            foreach (var placed in things)
            {
                cells[placed.Cell] = label(placed);
            }

            return [.. cells];
        }
    }
}
