using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>What scenes are drawn for. Scenes of different splits differ in their seed, so no picture is ever in two splits.</summary>
public enum Split
{
    /// <summary>The base model's pretraining.</summary>
    Pretraining,

    /// <summary>Contrast pairs for finetuning.</summary>
    Finetuning,

    /// <summary>Choosing settings and checkpoints.</summary>
    Validation,

    /// <summary>The reported numbers.</summary>
    Test,
}

/// <summary>How likely the usual value is (<see cref="Facts"/>); the others share the rest equally.</summary>
/// <param name="Colour">That a thing has its usual colour.</param>
/// <param name="Size">That it has its usual size.</param>
/// <param name="Background">That it lies where it usually lies.</param>
/// <param name="Companion">That the second thing of a couple is the first one's usual companion.</param>
/// <param name="Relation">That it is on its usual side.</param>
/// <param name="Two">That a group is of two.</param>
public sealed record Priors(double Colour, double Size, double Background, double Companion, double Relation, double Two)
{
    /// <summary>The world as it usually is.</summary>
    public static Priors Natural { get; } = new(0.85, 0.85, 0.85, 0.75, 0.85, 0.75);

    /// <summary>The counterfactual world in which every value is equally likely.</summary>
    public static Priors Uniform { get; } = new(1 / 6.0, 1 / 2.0, 1 / 4.0, 1 / 7.0, 1 / 4.0, 1 / 4.0);

    /// <summary>Draws the value of a slot of a scene whose other slots are given.</summary>
    internal int Draw(Slot slot, Scene scene, SplitMix64 rng) =>
        slot switch
        {
            Slot.Colour => rng.Typical((int)Facts.Colour(scene.First.Kind), 6, Colour),
            Slot.Size => rng.Typical((int)Facts.Size(scene.First.Kind), 2, Size),
            Slot.Background => rng.Typical((int)Facts.Background(scene.First.Kind), 4, Background),
            Slot.Count => DrawCount(rng) - 1,
            Slot.Relation when scene is Scene.Couple couple => (int)DrawRelation(couple.First.Kind, couple.Second.Kind, rng),
            _ => throw new ArgumentException($"{slot} has no usual value in {scene}.", nameof(slot)),
        };

    internal Thing DrawThing(Kind kind, SplitMix64 rng) =>
        new(kind, (Colour)rng.Typical((int)Facts.Colour(kind), 6, Colour), (Size)rng.Typical((int)Facts.Size(kind), 2, Size));

    internal Background DrawBackground(Kind kind, SplitMix64 rng) => (Background)rng.Typical((int)Facts.Background(kind), 4, Background);

    internal int DrawCount(SplitMix64 rng) => rng.Chance(Two) ? 2 : rng.Pick(1, 3, 4);

    internal Relation DrawRelation(Kind first, Kind second, SplitMix64 rng) =>
        (Relation)rng.Typical((int)Facts.Relation(first, second), 4, Relation);

    internal Kind DrawCompanion(Kind kind, SplitMix64 rng)
    {
        var usual = Facts.Companion(kind);
        return rng.Chance(Companion) ? usual : rng.Pick(Enum.GetValues<Kind>().Where(other => other != kind && other != usual).ToArray());
    }
}

/// <summary>A source of scenes: how usual they are and what they are for.</summary>
public sealed record World(Priors Priors, Split Split)
{
    /// <summary>A group or a couple.</summary>
    /// <param name="rng">Decides everything.</param>
    /// <param name="couples">The probability of a couple.</param>
    public Scene Scene(SplitMix64 rng, double couples = 0.5) => rng.Chance(couples) ? Couple(rng) : Group(rng);

    /// <summary>One to four equal things.</summary>
    public Scene.Group Group(SplitMix64 rng)
    {
        var kind = (Kind)rng.Below(8);
        return new(Priors.DrawThing(kind, rng), Priors.DrawCount(rng), Priors.DrawBackground(kind, rng), DrawSeed(rng));
    }

    /// <summary>Two things of different kinds.</summary>
    public Scene.Couple Couple(SplitMix64 rng)
    {
        var first = (Kind)rng.Below(8);
        var second = Priors.DrawCompanion(first, rng);
        return new(
            Priors.DrawThing(first, rng),
            Priors.DrawRelation(first, second, rng),
            Priors.DrawThing(second, rng),
            Priors.DrawBackground(first, rng),
            DrawSeed(rng)
        );
    }

    /// <summary>The split that a scene was drawn for.</summary>
    public static Split SplitOf(Scene scene) => (Split)(scene.Seed >> 62);

    ulong DrawSeed(SplitMix64 rng) => (rng.Next() >> 2) | ((ulong)Split << 62);
}
