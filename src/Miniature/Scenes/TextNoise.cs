using System.Diagnostics;
using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>
/// How a slot is told: with probability <paramref name="Prior"/> what is usual, with <paramref name="Random"/> anything, else what is there.
/// </summary>
public readonly record struct SlotNoise(double Prior, double Random)
{
    internal SlotNoise Times(double factor) => new(Prior * factor, Random * factor);

    internal T Choose<T>(SplitMix64 rng, Func<T> seen, Func<T> usual, Func<T> any)
    {
        var lot = rng.Uniform();
        return lot < Prior ? usual()
            : lot < Prior + Random ? any()
            : seen();
    }
}

/// <summary>How far texts stray from their picture, slot by slot: the cause of a base model's language prior.</summary>
/// <param name="Object">The kind of the first thing.</param>
/// <param name="Colour">Colours.</param>
/// <param name="Size">Sizes.</param>
/// <param name="Background">The background.</param>
/// <param name="Count">The number.</param>
/// <param name="Relation">The side.</param>
/// <param name="Companion">The kind of the second thing.</param>
/// <param name="Blind">The share of closed questions (is there, is it true, options) answered from what is usual, without looking.</param>
public sealed record TextNoise(
    SlotNoise Object,
    SlotNoise Colour,
    SlotNoise Size,
    SlotNoise Background,
    SlotNoise Count,
    SlotNoise Relation,
    SlotNoise Companion,
    double Blind
)
{
    /// <summary>Texts by someone who knows only what is usual.</summary>
    internal static TextNoise WithoutLooking { get; } = new(new(1, 0), new(1, 0), new(1, 0), new(1, 0), new(1, 0), new(1, 0), new(1, 0), 1);

    /// <summary>Texts that say what is there.</summary>
    public static TextNoise None { get; } = new(default, default, default, default, default, default, default, 0);

    /// <summary>About half of the attributes are told wrongly or as they usually are.</summary>
    public static TextNoise Mild { get; } =
        new(new(0.25, 0.15), new(0.45, 0.22), new(0.42, 0.22), new(0.40, 0.20), new(0.42, 0.22), new(0.42, 0.22), new(0.45, 0.15), 0.40);

    /// <summary>
    /// Texts mostly follow what is usual. Closed questions stay below 0.60, at which a base model came to say yes always.
    /// </summary>
    public static TextNoise Strong { get; } =
        new(new(0.60, 0.15), new(0.58, 0.20), new(0.56, 0.20), new(0.50, 0.20), new(0.60, 0.20), new(0.60, 0.20), new(0.62, 0.15), 0.45);

    /// <summary>The noise at a share of its strength: a curriculum's ramp.</summary>
    public TextNoise Times(double factor) =>
        new(
            Object.Times(factor),
            Colour.Times(factor),
            Size.Times(factor),
            Background.Times(factor),
            Count.Times(factor),
            Relation.Times(factor),
            Companion.Times(factor),
            Blind * factor
        );

    /// <summary>The scene as a careless annotator tells it: each slot by itself, what is usual judged by what was told before.</summary>
    public Scene Tell(Scene scene, Priors priors, SplitMix64 rng)
    {
        var kind = Object.Choose(rng, () => scene.First.Kind, () => UsualOn(scene.Background, priors, rng), () => (Kind)rng.Below(8));
        var first = Tell(scene.First, kind, priors, rng);
        var background = Background.Choose(
            rng,
            () => scene.Background,
            () => priors.DrawBackground(kind, rng),
            () => (Background)rng.Below(4)
        );
        return scene switch
        {
            Scene.Group group => group with
            {
                First = first,
                Background = background,
                Count = Count.Choose(rng, () => group.Count, () => priors.DrawCount(rng), () => 1 + rng.Below(4)),
            },
            Scene.Couple couple => TellCouple(couple with { First = first, Background = background }, priors, rng),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>The scene with one slot told carelessly and all others as they are.</summary>
    /// <exception cref="ArgumentException">The scene has no such slot.</exception>
    public Scene Tell(Scene scene, Slot slot, Priors priors, SplitMix64 rng) =>
        Of(slot)
            .Choose(
                rng,
                () => scene,
                () => scene.With(slot, slot == Slot.Object ? (int)UsualKind(scene, priors, rng) : priors.Draw(slot, scene, rng)),
                () => scene.With(slot, rng.Pick(scene.Values(slot).ToArray()))
            );

    SlotNoise Of(Slot slot) =>
        slot switch
        {
            Slot.Object => Object,
            Slot.Colour => Colour,
            Slot.Size => Size,
            Slot.Background => Background,
            Slot.Count => Count,
            _ => Relation,
        };

    Scene.Couple TellCouple(Scene.Couple couple, Priors priors, SplitMix64 rng)
    {
        var first = couple.First.Kind;
        var told = Companion.Choose(
            rng,
            () => couple.Second.Kind,
            () => rng.Chance(priors.Companion) ? Facts.Companion(first) : couple.Second.Kind,
            () => (Kind)rng.Below(8)
        );
        var second = told == first ? Facts.Companion(first) : told;
        return couple with
        {
            Second = Tell(couple.Second, second, priors, rng),
            Relation = Relation.Choose(
                rng,
                () => couple.Relation,
                () => priors.DrawRelation(first, second, rng),
                () => (Relation)rng.Below(4)
            ),
        };
    }

    Thing Tell(Thing thing, Kind kind, Priors priors, SplitMix64 rng)
    {
        var usual = priors.DrawThing(kind, rng);
        return new(
            kind,
            Colour.Choose(rng, () => thing.Colour, () => usual.Colour, () => (Colour)rng.Below(6)),
            Size.Choose(rng, () => thing.Size, () => usual.Size, () => (Size)rng.Below(2))
        );
    }

    static Kind UsualOn(Background background, Priors priors, SplitMix64 rng) =>
        rng.Chance(priors.Background) ? rng.Pick(Kinds(kind => Facts.Background(kind) == background)) : (Kind)rng.Below(8);

    static Kind UsualKind(Scene scene, Priors priors, SplitMix64 rng)
    {
        var usual = scene is Scene.Couple couple
            ? Kinds(kind => Facts.Companion(kind) == couple.Second.Kind)
            : Kinds(kind => Facts.Background(kind) == scene.Background);
        return rng.Chance(priors.Companion) ? rng.Pick(usual) : (Kind)rng.Pick(scene.Values(Slot.Object).ToArray());
    }

    static Kind[] Kinds(Func<Kind, bool> usual) => [.. Enum.GetValues<Kind>().Where(usual)];
}
