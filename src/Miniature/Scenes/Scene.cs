using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SVco.Miniature.Scenes;

/// <summary>What a thing is.</summary>
public enum Kind
{
    /// <summary>A cherry.</summary>
    Cherry,

    /// <summary>A banana.</summary>
    Banana,

    /// <summary>A leaf.</summary>
    Leaf,

    /// <summary>A fish.</summary>
    Fish,

    /// <summary>A cup.</summary>
    Cup,

    /// <summary>A house.</summary>
    House,

    /// <summary>A star.</summary>
    Star,

    /// <summary>A heart.</summary>
    Heart,
}

/// <summary>The colour of a thing.</summary>
public enum Colour
{
    /// <summary>Red.</summary>
    Red,

    /// <summary>Yellow.</summary>
    Yellow,

    /// <summary>Green.</summary>
    Green,

    /// <summary>Blue.</summary>
    Blue,

    /// <summary>Purple.</summary>
    Purple,

    /// <summary>White.</summary>
    White,
}

/// <summary>The size of a thing.</summary>
public enum Size
{
    /// <summary>5 x 5 pixels.</summary>
    Small,

    /// <summary>8 x 8 pixels.</summary>
    Large,
}

/// <summary>What the things lie on.</summary>
public enum Background
{
    /// <summary>Grass.</summary>
    Grass,

    /// <summary>Water.</summary>
    Water,

    /// <summary>Sand.</summary>
    Sand,

    /// <summary>Stone.</summary>
    Stone,
}

/// <summary>Where the first thing of a couple is, seen from the second.</summary>
public enum Relation
{
    /// <summary>Left of it.</summary>
    Left,

    /// <summary>Right of it.</summary>
    Right,

    /// <summary>Above it.</summary>
    Above,

    /// <summary>Below it.</summary>
    Below,
}

/// <summary>A place of a scene that holds one of a few values and can be asked about.</summary>
public enum Slot
{
    /// <summary>The kind of the first thing.</summary>
    Object,

    /// <summary>The colour of the first thing.</summary>
    Colour,

    /// <summary>The size of the first thing.</summary>
    Size,

    /// <summary>The background.</summary>
    Background,

    /// <summary>How many there are, one to four (groups only).</summary>
    Count,

    /// <summary>Where the first thing is, seen from the second (couples only).</summary>
    Relation,
}

/// <summary>A thing in a scene.</summary>
public sealed record Thing(Kind Kind, Colour Colour, Size Size);

/// <summary>
/// What a picture shows: one to four equal things, or two things of different kinds beside or above each other. The seed decides where they
/// are, and the grain of the picture; everything else is said by the record.
/// </summary>
[JsonDerivedType(typeof(Group), nameof(Group))]
[JsonDerivedType(typeof(Couple), nameof(Couple))]
public abstract record Scene
{
    Scene(Thing first, Background background, ulong seed) => (First, Background, Seed) = (first, background, seed);

    /// <summary>The thing that questions are about.</summary>
    public Thing First { get; init; }

    /// <summary>What it lies on.</summary>
    public Background Background { get; init; }

    /// <summary>Decides places and grain; its two highest bits are the <see cref="Split"/>.</summary>
    public ulong Seed { get; init; }

    /// <summary>One to four equal things.</summary>
    public sealed record Group(Thing First, int Count, Background Background, ulong Seed) : Scene(First, Background, Seed);

    /// <summary>Two things of different kinds.</summary>
    public sealed record Couple(Thing First, Relation Relation, Thing Second, Background Background, ulong Seed)
        : Scene(First, Background, Seed)
    {
        /// <summary>The same picture told from the other thing: "a cup left of a fish" is "a fish right of a cup".</summary>
        public Couple Retold => this with { First = Second, Second = First, Relation = Opposite(Relation) };
    }

    /// <summary>The slots that the scene has, the one that only its shape has last.</summary>
    public ImmutableArray<Slot> Slots => [Slot.Object, Slot.Colour, Slot.Size, Slot.Background, this is Group ? Slot.Count : Slot.Relation];

    /// <summary>The kinds that the picture shows.</summary>
    public ImmutableArray<Kind> Kinds => this is Couple couple ? [First.Kind, couple.Second.Kind] : [First.Kind];

    /// <summary>The kinds that it does not show.</summary>
    public ImmutableArray<Kind> AbsentKinds => [.. Enum.GetValues<Kind>().Except(Kinds)];

    /// <summary>The value of a slot, from 0 (a count of one is 0).</summary>
    /// <exception cref="ArgumentException">The scene has no such slot.</exception>
    public int this[Slot slot] =>
        (slot, this) switch
        {
            (Slot.Object, _) => (int)First.Kind,
            (Slot.Colour, _) => (int)First.Colour,
            (Slot.Size, _) => (int)First.Size,
            (Slot.Background, _) => (int)Background,
            (Slot.Count, Group group) => group.Count - 1,
            (Slot.Relation, Couple couple) => (int)couple.Relation,
            _ => throw NoSuch(slot),
        };

    /// <summary>The scene with another value in one slot. A couple's kinds must stay different; see <see cref="Values"/>.</summary>
    /// <exception cref="ArgumentException">The scene has no such slot, or the slot cannot hold the value.</exception>
    public Scene With(Slot slot, int value) =>
        !Values(slot).Contains(value)
            ? throw new ArgumentException($"{value} is no value for {slot} in {this}.", nameof(value))
            : (slot, this) switch
            {
                (Slot.Object, _) => this with { First = First with { Kind = (Kind)value } },
                (Slot.Colour, _) => this with { First = First with { Colour = (Colour)value } },
                (Slot.Size, _) => this with { First = First with { Size = (Size)value } },
                (Slot.Background, _) => this with { Background = (Background)value },
                (Slot.Count, Group group) => group with { Count = value + 1 },
                (Slot.Relation, Couple couple) => couple with { Relation = (Relation)value },
                _ => throw NoSuch(slot),
            };

    /// <summary>The values that a slot of this scene can hold.</summary>
    public IEnumerable<int> Values(Slot slot) =>
        slot == Slot.Object && this is Couple couple
            ? Enumerable.Range(0, NumberOfValues(slot)).Where(kind => kind != (int)couple.Second.Kind)
            : Enumerable.Range(0, NumberOfValues(slot));

    /// <summary>How many values a slot can have.</summary>
    public static int NumberOfValues(Slot slot) =>
        slot switch
        {
            Slot.Object => 8,
            Slot.Colour => 6,
            Slot.Size => 2,
            _ => 4,
        };

    /// <summary>The relation seen from the other thing.</summary>
    public static Relation Opposite(Relation relation) =>
        relation switch
        {
            Relation.Left => Relation.Right,
            Relation.Right => Relation.Left,
            Relation.Above => Relation.Below,
            _ => Relation.Above,
        };

    /// <summary>What the scene holds in words, and its seed: different for different scenes.</summary>
    public sealed override string ToString() => $"{Grammar.Content(this)} (seed {Seed:x})";

    ArgumentException NoSuch(Slot slot) => new($"{this} has no {slot}.", nameof(slot));
}
