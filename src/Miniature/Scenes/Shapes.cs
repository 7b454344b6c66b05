using System.Collections.Immutable;

namespace SVco.Miniature.Scenes;

/// <summary>The outlines of the eight kinds, 5 x 5 pixels small and 8 x 8 large.</summary>
static class Shapes
{
    static readonly ImmutableArray<ImmutableArray<(int Row, int Column)>> Masks =
    [
        // Cherry.
        Mask("..#.. .###. ##### ##### .###."),
        Mask("...##... ...#.... .######. ######## ######## ######## .######. ..####.."),
        // Banana.
        Mask("#.... #.... ##..# .#### ..##."),
        Mask("##...... ##...... ###..... ###....# .###..## .####### ..#####. ...###.."),
        // Leaf.
        Mask("..### .#### .###. ##... #...."),
        Mask("......## ...####. ..#####. .######. .######. .#####.. ###..... #......."),
        // Fish.
        Mask("..... #.##. ##### #.##. ....."),
        Mask("........ #..####. ##.##### ######## ######## ##.##### #..####. ........"),
        // Cup.
        Mask("###.. ##### ###.# ##### ###.."),
        Mask("######.. ######.. ######## ######.# ######.# ######## ######.. .####..."),
        // House.
        Mask("..#.. .###. ##### #.#.# #####"),
        Mask("...##... ..####.. .######. ######## .#.##.#. .######. .##..##. .##..##."),
        // Star.
        Mask("..#.. ..#.. ##### .###. .#.#."),
        Mask("...##... ...##... ######## .######. ..####.. ..####.. .##..##. ##....##"),
        // Heart.
        Mask(".#.#. ##### ##### .###. ..#.."),
        Mask(".##..##. ######## ######## ######## .######. ..####.. ...##... ........"),
    ];

    /// <summary>The pixels of a kind, from the upper left corner of its square.</summary>
    public static ImmutableArray<(int Row, int Column)> Of(Kind kind, Size size) => Masks[(2 * (int)kind) + (int)size];

    static ImmutableArray<(int Row, int Column)> Mask(string art) =>
        [
            .. art.Split(' ')
                .SelectMany((line, row) => line.Select((pixel, column) => (pixel, row, column)))
                .Where(at => at.pixel == '#')
                .Select(at => (at.row, at.column)),
        ];
}
