using System.Collections.Immutable;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>Lines drawn with Braille letters, each of which has two by four dots (Unicode, U+2800).</summary>
/// <param name="lines">The lines; those without a point are not drawn.</param>
sealed class TextPlot(ImmutableArray<PlotLine> lines) : Renderable
{
    const int MostColumns = 60;
    const int Height = 12;
    const int LabelWidth = 11;

    static readonly Color[] Colors = [Color.Aqua, Color.Yellow, Color.Fuchsia, Color.Green, Color.Red];

    // The dots of a letter by row and column.
    static readonly int[,] Dots =
    {
        { 0x01, 0x08 },
        { 0x02, 0x10 },
        { 0x04, 0x20 },
        { 0x40, 0x80 },
    };

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var drawn = lines.Where(line => !line.Points.IsEmpty).ToArray();
        var points = drawn.SelectMany(line => line.Points).ToArray();
        if (points.Length == 0)
        {
            return [new Segment("nothing to draw"), Segment.LineBreak];
        }

        var width = Math.Clamp(maxWidth - LabelWidth - 1, 10, MostColumns);
        var (low, high) = (points.Min(point => point.Value), points.Max(point => point.Value));
        var (first, last) = (points.Min(point => point.Step), points.Max(point => point.Step));
        var (letters, owners) = (new int[Height, width], new int[Height, width]);
        foreach (var (index, line) in drawn.Index())
        {
            foreach (var (x, y) in Drawn(line))
            {
                letters[y / 4, x / 2] |= Dots[y % 4, x % 2];
                owners[y / 4, x / 2] = index;
            }
        }

        return Segments();

        // Every column of dots between the first point and the last, and the points themselves.
        IEnumerable<(int X, int Y)> Drawn(PlotLine line)
        {
            var places = line.Points.Select(point => (X: Scaled(point.Step, first, last, 2 * width), Y: Y(point.Value))).ToArray();
            return places.Concat(places.Zip(places.Skip(1)).SelectMany(pair => Between(pair.First, pair.Second)));
        }

        int Y(double value) => 4 * Height - 1 - Scaled(value, low, high, 4 * Height);

        IEnumerable<Segment> Segments()
        {
            for (var row = 0; row < Height; row++)
            {
                yield return new Segment($"{(row == 0 ? Number(high) : row == Height - 1 ? Number(low) : ""), LabelWidth - 1} ");
                for (var column = 0; column < width; column++)
                {
                    yield return letters[row, column] == 0
                        ? new Segment(" ")
                        : new Segment($"{(char)(0x2800 + letters[row, column])}", ColorOf(owners[row, column]));
                }

                yield return Segment.LineBreak;
            }

            yield return new Segment($"{"", LabelWidth}{first}{$"{last}".PadLeft(Math.Max(1, width - $"{first}".Length))}");
            yield return Segment.LineBreak;
            foreach (var (index, line) in drawn.Index())
            {
                yield return new Segment($"{"", LabelWidth}{line.Name}", ColorOf(index));
                yield return Segment.LineBreak;
            }
        }
    }

    static IEnumerable<(int X, int Y)> Between((int X, int Y) from, (int X, int Y) to)
    {
        var steps = Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y));
        return Enumerable
            .Range(1, Math.Max(0, steps - 1))
            .Select(step => (from.X + (to.X - from.X) * step / steps, from.Y + (to.Y - from.Y) * step / steps));
    }

    static int Scaled(double value, double low, double high, int size) =>
        high > low ? (int)Math.Round((value - low) / (high - low) * (size - 1)) : 0;

    static Style ColorOf(int line) => new(Colors[line % Colors.Length]);

    static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
