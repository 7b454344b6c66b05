using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>Two scenes that differ in exactly one slot.</summary>
/// <param name="Type">Which of the four types of minimal visual contrast it is.</param>
/// <param name="Slot">The slot in which they differ.</param>
/// <param name="Original">The scene as it was drawn.</param>
/// <param name="Edited">The scene with another value in the slot.</param>
public sealed record Contrast(ContrastType Type, Slot Slot, Scene Original, Scene Edited)
{
    /// <summary>The four types.</summary>
    public static IReadOnlyList<ContrastType> Types { get; } =
    [ContrastType.Object, ContrastType.Attribute, ContrastType.Count, ContrastType.Position];

    /// <summary>
    /// Draws a scene and changes one thing in it: the kind to one that the picture does not show, the colour (70 %) or the size,
    /// the number, or the side (position flip).
    /// </summary>
    /// <exception cref="ArgumentException">The type is not one of the four.</exception>
    public static Contrast Draw(World world, ContrastType type, SplitMix64 rng)
    {
        Scene scene = type switch
        {
            ContrastType.Count => world.Group(rng),
            ContrastType.Position => world.Couple(rng),
            _ => world.Scene(rng),
        };
        var slot = type switch
        {
            ContrastType.Object => Slot.Object,
            ContrastType.Attribute => rng.Chance(0.7) ? Slot.Colour : Slot.Size,
            ContrastType.Count => Slot.Count,
            ContrastType.Position => Slot.Relation,
            _ => throw new ArgumentException($"{type} is not a type of minimal contrast.", nameof(type)),
        };
        var value =
            scene is Scene.Couple couple && slot == Slot.Relation ? (int)Scene.Opposite(couple.Relation) : OtherValue(scene, slot, rng);
        return new(type, slot, scene, scene.With(slot, value));
    }

    /// <summary>A value that the slot could have but has not, all equally likely.</summary>
    internal static int OtherValue(Scene scene, Slot slot, SplitMix64 rng) =>
        rng.Pick(scene.Values(slot).Where(value => value != scene[slot]).ToArray());
}
