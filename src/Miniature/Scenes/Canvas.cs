using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>Draws scenes.</summary>
public static class Canvas
{
    /// <summary>Pixels in a row, and rows.</summary>
    public const int Side = Layout.Side * Cell;

    /// <summary>The strength of an edit's trace unless a dial says otherwise.</summary>
    public const double UsualArtefact = 0.06;

    const int Cell = 8;
    const double Grain = 0.05;
    const double Brightness = 0.03;
    const double Tint = 0.04;

    static readonly double[][] Colours =
    [
        [0.85, 0.12, 0.12],
        [0.95, 0.85, 0.10],
        [0.10, 0.60, 0.15],
        [0.15, 0.25, 0.90],
        [0.60, 0.15, 0.70],
        [0.97, 0.97, 0.97],
    ];

    static readonly double[][] Backgrounds =
    [
        [0.45, 0.70, 0.40],
        [0.50, 0.70, 0.85],
        [0.85, 0.75, 0.55],
        [0.50, 0.50, 0.50],
    ];

    static readonly double[] EditTint = [-0.5, 0.2, 0.8];

    /// <summary>
    /// The picture of a scene: coloured shapes on a grainy background. Grain, places and shades come from the scene's seed and belong to the
    /// cell, not to the thing in it, so an edit leaves every other pixel as it was.
    /// </summary>
    /// <param name="scene">What to draw.</param>
    /// <param name="artefact">
    /// The strength of what a synthetic edit leaves behind, as a share of full brightness: a fine checkerboard and a bluish cast. 0 leaves nothing.
    /// </param>
    /// <returns>32 x 32 pixels.</returns>
    public static RgbImage Draw(Scene scene, double artefact = 0)
    {
        var rng = Chances.Stream(scene.Seed, "grain");
        var canvas = Paint(Backgrounds[(int)scene.Background], rng);
        var cells = Enumerable.Range(0, Layout.Side * Layout.Side).Select(_ => Shade.Draw(rng)).ToArray();
        foreach (var (thing, cell) in Layout.Of(scene))
        {
            Place(canvas, thing, cell, cells[cell]);
        }

        return new RgbImage(Side, Side, Quantise(canvas, artefact));
    }

    static double[] Paint(double[] colour, SplitMix64 rng)
    {
        var brightness = Brightness * Bell(rng);
        var canvas = new double[Side * Side * 3];
        for (var i = 0; i < canvas.Length; i++)
        {
            canvas[i] = colour[i % 3] + brightness + (Grain * Bell(rng));
        }

        return canvas;
    }

    static void Place(double[] canvas, Thing thing, int cell, Shade shade)
    {
        var (top, left) = (cell / Layout.Side * Cell, cell % Layout.Side * Cell);
        if (thing.Size == Size.Small)
        {
            (top, left) = (top + 1 + shade.Down, left + 1 + shade.Across);
        }

        var colour = Colours[(int)thing.Colour];
        foreach (var (row, column) in Shapes.Of(thing.Kind, thing.Size))
        {
            var pixel = (((top + row) * Side) + left + column) * 3;
            canvas[pixel] = colour[0] + shade.Red;
            canvas[pixel + 1] = colour[1] + shade.Green;
            canvas[pixel + 2] = colour[2] + shade.Blue;
        }
    }

    static byte[] Quantise(double[] canvas, double artefact)
    {
        var bytes = new byte[canvas.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var pixel = i / 3;
            var sign = ((pixel / Side) + (pixel % Side)) % 2 == 0 ? -1 : 1;
            var value = canvas[i] + (artefact * (sign + EditTint[i % 3]));
            bytes[i] = (byte)Math.Round(255 * Math.Clamp(value, 0, 1));
        }

        return bytes;
    }

    // Four uniform numbers added are near enough to a normal one and, unlike logarithms, the same to the last bit on every platform.
    static double Bell(SplitMix64 rng)
    {
        var bits = rng.Next();
        var sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return ((sum / 65535.0) - 2) * 1.7320508075688772;
    }

    /// <summary>What a cell does to the thing in it: its shade, and how far a small one is moved.</summary>
    readonly record struct Shade(double Red, double Green, double Blue, int Down, int Across)
    {
        public static Shade Draw(SplitMix64 rng) => new(Tint * Bell(rng), Tint * Bell(rng), Tint * Bell(rng), rng.Below(2), rng.Below(2));
    }
}
