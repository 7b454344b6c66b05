using System.Security.Cryptography;
using FsCheck.Xunit;
using SVco.Core.Data;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Tests;

public class WorldTests
{
    static readonly World Natural = new(Priors.Natural, Split.Test);
    static readonly World Uniform = new(Priors.Uniform, Split.Test);

    static IEnumerable<Contrast> Contrasts(ulong seed) =>
        Contrast.Types.SelectMany(
            (type, index) =>
                new[] { Natural, Uniform }.Select(world => Contrast.Draw(world, type, new SplitMix64(SplitMix64.Derive(seed, $"{index}"))))
        );

    static byte[] Pixels(Scene scene, double artefact = 0) => Canvas.Draw(scene, artefact).Pixels;

    static HashSet<int> ChangedCells(Scene before, Scene after)
    {
        var (a, b) = (Pixels(before), Pixels(after));
        return [.. Enumerable.Range(0, a.Length).Where(i => a[i] != b[i]).Select(i => (i / 3 / 32 / 8 * 4) + (i / 3 % 32 / 8))];
    }

    [Property]
    public bool Equal_seeds_give_equal_scenes_and_pictures(ulong seed)
    {
        var (one, other) = (Uniform.Scene(new SplitMix64(seed)), Uniform.Scene(new SplitMix64(seed)));
        return one == other && Pixels(one).SequenceEqual(Pixels(other));
    }

    [Property]
    public bool Every_scene_is_of_its_split(ulong seed) =>
        Enum.GetValues<Split>().All(split => World.SplitOf(new World(Priors.Natural, split).Scene(new SplitMix64(seed))) == split);

    [Property]
    public bool The_two_things_of_a_couple_are_of_different_kinds(ulong seed)
    {
        var rng = new SplitMix64(seed);
        return new[] { Natural, Uniform }.All(world => world.Couple(rng) is var couple && couple.First.Kind != couple.Second.Kind);
    }

    [Property]
    public bool A_contrast_changes_exactly_the_named_slot(ulong seed) =>
        Contrasts(seed)
            .All(contrast =>
                contrast.Original[contrast.Slot] != contrast.Edited[contrast.Slot]
                && contrast.Edited.With(contrast.Slot, contrast.Original[contrast.Slot]) == contrast.Original
                && contrast.Type
                    == contrast.Slot switch
                    {
                        Slot.Object => ContrastType.Object,
                        Slot.Colour or Slot.Size => ContrastType.Attribute,
                        Slot.Count => ContrastType.Count,
                        _ => ContrastType.Position,
                    }
            );

    [Property]
    public bool A_contrast_changes_pixels_only_where_the_named_things_are(ulong seed) =>
        Contrasts(seed)
            .All(contrast =>
            {
                var (before, after) = (Layout.Of(contrast.Original), Layout.Of(contrast.Edited));
                var concerned = before.Except(after).Union(after.Except(before)).Select(placed => placed.Cell).ToHashSet();
                return concerned.SetEquals(ChangedCells(contrast.Original, contrast.Edited));
            });

    [Property]
    public bool A_position_flip_turns_the_side_round_and_moves_nothing_else(ulong seed)
    {
        var contrast = Contrast.Draw(Natural, ContrastType.Position, new SplitMix64(seed));
        var (before, after) = (Layout.Of(contrast.Original), Layout.Of(contrast.Edited));
        return before[0].Cell == after[1].Cell && before[1].Cell == after[0].Cell && before[0].Thing == after[0].Thing;
    }

    [Property]
    public bool Scenes_with_different_seeds_draw_different_pixels(ulong seed, ulong other)
    {
        var scene = Uniform.Scene(new SplitMix64(seed));
        return scene.Seed == other || !Pixels(scene).SequenceEqual(Pixels(scene with { Seed = other }));
    }

    [Property]
    public bool A_couple_told_from_the_other_thing_is_the_same_picture(ulong seed)
    {
        var couple = Uniform.Couple(new SplitMix64(seed));
        return couple.Retold != couple && couple.Retold.Retold == couple && Pixels(couple).SequenceEqual(Pixels(couple.Retold));
    }

    [Fact]
    public void No_two_different_scenes_of_one_seed_draw_the_same_pixels()
    {
        // Another seed draws another grain; within one seed everything that a scene can say is tried.
        const ulong seed = 20240607;
        var things =
            from kind in Enum.GetValues<Kind>()
            from colour in Enum.GetValues<Colour>()
            from size in Enum.GetValues<Size>()
            select new Thing(kind, colour, size);
        IEnumerable<Scene> groups =
            from thing in things
            from count in Enumerable.Range(1, 4)
            from background in Enum.GetValues<Background>()
            select new Scene.Group(thing, count, background, seed);
        // Told from the left or upper thing; the other way of telling it is the same picture.
        IEnumerable<Scene> couples =
            from first in things
            from second in things
            where first.Kind != second.Kind
            from relation in new[] { Relation.Left, Relation.Above }
            from background in Enum.GetValues<Background>()
            select new Scene.Couple(first, relation, second, background, seed);
        var scenes = groups.Concat(couples).ToArray();

        var pictures = scenes.AsParallel().Select(scene => Convert.ToHexString(SHA256.HashData(Pixels(scene)))).ToHashSet();

        Assert.Equal(66_048, scenes.Length);
        Assert.Equal(scenes.Length, pictures.Count);
    }

    [Fact]
    public void The_pictures_on_which_the_committed_base_model_was_trained_stay_the_same()
    {
        var rng = new SplitMix64(1);
        var pictures = Enumerable.Range(0, 20).SelectMany(_ => Pixels(Uniform.Scene(rng), 0.06)).ToArray();

        Assert.Equal("5cb0d21dfa0418a9", Convert.ToHexStringLower(SHA256.HashData(pictures))[..16]);
    }

    [Property]
    public bool The_artefact_changes_every_part_of_a_picture_and_nothing_at_strength_0(ulong seed)
    {
        var scene = Uniform.Scene(new SplitMix64(seed));
        var (clean, edited) = (Pixels(scene), Pixels(scene, 0.06));
        var changed = Enumerable.Range(0, clean.Length).Count(i => clean[i] != edited[i]);
        return Pixels(scene, 0).SequenceEqual(clean) && changed > clean.Length * 0.6;
    }

    [Fact]
    public void Natural_scenes_are_as_usual_as_their_priors_say_and_uniform_ones_are_not()
    {
        Assert.Equal(0.85, Share(Natural, scene => scene.First.Colour == Facts.Colour(scene.First.Kind)), Tolerance);
        Assert.Equal(0.85, Share(Natural, scene => scene.Background == Facts.Background(scene.First.Kind)), Tolerance);
        Assert.Equal(0.5, Share(Natural, scene => scene is Scene.Couple), Tolerance);
        Assert.Equal(0.75 / 2, Share(Natural, scene => scene is Scene.Group { Count: 2 }), Tolerance);
        Assert.Equal(1 / 6.0, Share(Uniform, scene => scene.First.Colour == Facts.Colour(scene.First.Kind)), Tolerance);
        Assert.Equal(1 / 4.0, Share(Uniform, scene => scene.Background == Facts.Background(scene.First.Kind)), Tolerance);
        Assert.Equal(1 / 8.0, Share(Uniform, scene => scene is Scene.Group { Count: 2 }), Tolerance);
    }

    // 4000 draws have a standard error below 0.008.
    const double Tolerance = 0.03;

    static double Share(World world, Func<Scene, bool> holds)
    {
        var rng = new SplitMix64(11);
        return Enumerable.Range(0, 4000).Average(_ => holds(world.Scene(rng)) ? 1.0 : 0.0);
    }

    [Property]
    public bool Dense_labels_say_what_is_in_each_cell(ulong seed)
    {
        var scene = Uniform.Scene(new SplitMix64(seed));
        var labels = DenseLabels.Of(scene);
        var things = Layout.Of(scene);
        return Enumerable
            .Range(0, 16)
            .All(cell =>
                things.SingleOrDefault(placed => placed.Cell == cell) is { } there
                    ? labels.Kind[cell] == 1 + (int)there.Thing.Kind
                        && labels.Colour[cell] == 1 + (int)there.Thing.Colour
                        && labels.Size[cell] == 1 + (int)there.Thing.Size
                        && labels.Count[cell] == things.Length
                        && labels.Relation[cell] == RelationAt(cell)
                    : labels is var none
                        && none.Kind[cell] + none.Colour[cell] + none.Size[cell] + none.Count[cell] + none.Relation[cell] == 0
            );

        int RelationAt(int cell) =>
            scene is not Scene.Couple ? 0
            : things.Single(placed => placed.Cell != cell).Cell is var other && cell / 4 == other / 4 ? (cell < other ? 1 : 2)
            : cell < other ? 3
            : 4;
    }

    [Property]
    public bool A_drawn_image_source_needs_no_file_and_can_be_edited_like_any_other(ulong seed)
    {
        var scene = Uniform.Scene(new SplitMix64(seed));
        var drawn = new ScenePicture(scene, 0.1);
        return Rendered(drawn).SequenceEqual(Pixels(scene, 0.1))
            && Rendered(new ImageSource.Flipped(new ImageSource.Flipped(drawn))).SequenceEqual(Pixels(scene, 0.1));

        static byte[] Rendered(ImageSource source) =>
            ImageEdits.Render(source, image => throw new InvalidOperationException($"{image}")).Pixels;
    }

    [Fact]
    public void A_scene_prints_what_it_holds_and_its_seed()
    {
        var couple = new Scene.Couple(
            new(Kind.Cup, Colour.White, Size.Small),
            Relation.Left,
            new(Kind.Fish, Colour.Blue, Size.Large),
            Background.Sand,
            255
        );

        Assert.Equal("a small white cup left of a large blue fish on the sand (seed ff)", $"{couple}");
    }

    [Fact]
    public void A_scene_refuses_a_slot_that_it_has_not_and_a_value_that_the_slot_cannot_hold()
    {
        var group = Uniform.Group(new SplitMix64(1));
        var couple = Uniform.Couple(new SplitMix64(1));

        Assert.Throws<ArgumentException>(() => group[Slot.Relation]);
        Assert.Throws<ArgumentException>(() => couple.With(Slot.Count, 1));
        Assert.Throws<ArgumentException>(() => group.With(Slot.Colour, 6));
        Assert.Throws<ArgumentException>(() => couple.With(Slot.Object, (int)couple.Second.Kind));
        Assert.Throws<ArgumentException>(() => Contrast.Draw(Natural, ContrastType.Unknown, new SplitMix64(1)));
    }
}
