using System.Collections.Immutable;

namespace SVco.Core.Miniature;

/// <summary>The outlines of the eight kinds.</summary>
static class Shapes
{
    static readonly string[] Large =
    [
        "...##... ...#.... .######. ######## ######## ######## .######. ..####..", // cherry
        "##...... ##...... ###..... ###....# .###..## .####### ..#####. ...###..", // banana
        "......## ...####. ..#####. .######. .######. .#####.. ###..... #.......", // leaf
        "........ #..####. ##.##### ######## ######## ##.##### #..####. ........", // fish
        "######.. ######.. ######## ######.# ######.# ######## ######.. .####...", // cup
        "...##... ..####.. .######. ######## .#.##.#. .######. .##..##. .##..##.", // house
        "...##... ...##... ######## .######. ..####.. ..####.. .##..##. ##....##", // star
        ".##..##. ######## ######## ######## .######. ..####.. ...##... ........", // heart
    ];

    static readonly ImmutableArray<ImmutableArray<(int Row, int Column)>> Masks =
    [
        .. from art in Large from side in (int[])[5, 8] select Mask(art.Split(' '), side),
    ];

    /// <summary>The pixels of a kind, from the upper left corner of its square.</summary>
    public static ImmutableArray<(int Row, int Column)> Of(Kind kind, Size size) => Masks[(2 * (int)kind) + (int)size];

    static ImmutableArray<(int Row, int Column)> Mask(string[] art, int side) =>
        [
            .. from row in Enumerable.Range(0, side)
            from column in Enumerable.Range(0, side)
            where art[Nearest(row, side)][Nearest(column, side)] == '#'
            select (row, column),
        ];

    static int Nearest(int index, int side) => side == 8 ? index : ((index * 8) + 4) / side;
}
