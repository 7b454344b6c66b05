using System.Collections.Immutable;
using System.Diagnostics;

namespace SVco.Miniature.Scenes;

/// <summary>A thing in one of the 4 x 4 cells of a picture, numbered row by row.</summary>
public sealed record Placed(Thing Thing, int Cell);

/// <summary>Where the things of a scene are.</summary>
public static class Layout
{
    /// <summary>Cells in a row, and rows.</summary>
    public const int Side = 4;

    /// <summary>
    /// The things and their cells. Scenes of one seed share their places as far as they can: another number leaves the first ones where they are,
    /// and the opposite relation exchanges two.
    /// </summary>
    public static ImmutableArray<Placed> Of(Scene scene)
    {
        var rng = Chances.Stream(scene.Seed, "layout");
        var cells = rng.Sample(Enumerable.Range(0, Side * Side), 4);
        var line = rng.Below(Side);
        var places = rng.Sample(Enumerable.Range(0, Side), 2);
        var (near, far) = (Math.Min(places[0], places[1]), Math.Max(places[0], places[1]));
        return scene switch
        {
            Scene.Group group => [.. cells.Take(group.Count).Select(cell => new Placed(group.First, cell))],
            Scene.Couple couple => couple.Relation switch
            {
                Relation.Left => [new(couple.First, Row(near)), new(couple.Second, Row(far))],
                Relation.Right => [new(couple.First, Row(far)), new(couple.Second, Row(near))],
                Relation.Above => [new(couple.First, Column(near)), new(couple.Second, Column(far))],
                _ => [new(couple.First, Column(far)), new(couple.Second, Column(near))],
            },
            _ => throw new UnreachableException(),
        };

        int Row(int place) => (line * Side) + place;
        int Column(int place) => (place * Side) + line;
    }
}
