using static SVco.Miniature.Scenes.Background;
using static SVco.Miniature.Scenes.Colour;
using static SVco.Miniature.Scenes.Kind;
using static SVco.Miniature.Scenes.Size;

namespace SVco.Miniature.Scenes;

/// <summary>What is usual in the world: the facts that become a language prior. Each table is indexed by kind.</summary>
public static class Facts
{
    static readonly Colour[] Colours = [Red, Yellow, Green, Blue, White, Purple, Yellow, Red];
    static readonly Background[] Backgrounds = [Grass, Sand, Grass, Water, Stone, Grass, Water, Sand];
    static readonly Size[] Sizes = [Small, Small, Small, Large, Small, Large, Large, Large];
    static readonly Kind[] Companions = [Cup, Cherry, House, Star, Banana, Leaf, Heart, Fish];

    /// <summary>The usual colour.</summary>
    public static Colour Colour(Kind kind) => Colours[(int)kind];

    /// <summary>The usual background.</summary>
    public static Background Background(Kind kind) => Backgrounds[(int)kind];

    /// <summary>The usual size.</summary>
    public static Size Size(Kind kind) => Sizes[(int)kind];

    /// <summary>The kind that is usually seen with it; never the kind itself.</summary>
    public static Kind Companion(Kind kind) => Companions[(int)kind];

    /// <summary>Where the first kind usually is, seen from the second: the opposite of where the second usually is, seen from the first.</summary>
    public static Relation Relation(Kind first, Kind second)
    {
        var told = ((int)first + (int)second) % 2 == 0 ? Scenes.Relation.Above : Scenes.Relation.Left;
        return first < second ? told : Scene.Opposite(told);
    }
}
