using System.Collections.Immutable;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>
/// Numbers over steps, drawn with letters. The first line is one of dots (of Braille letters, each of which has two by four: Unicode, U+2800); the others
/// have a mark of their own, one in each column where they have a point, so that they differ without colours too.
/// </summary>
/// <param name="lines">The lines; those without a point are not drawn.</param>
/// <param name="height">The rows of the plot; the steps and the names come under it.</param>
sealed class TextPlot(ImmutableArray<PlotLine> lines, int height = 12) : Renderable
{
    const int MostColumns = 60;
    const int LabelWidth = 11;
    const string Marks = "ox+*#";
    const string LineOfDots = "⠒⠒";
    const string Gap = "   ";

    static readonly Color[] Colors = [Color.Aqua, Color.Yellow, Color.Fuchsia, Color.Green, Color.Red];

    /// <summary>The letter without a dot.</summary>
    const char NoDots = '\u2800';

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
        var (letters, owners) = (new char[height, width], new int[height, width]);
        foreach (var (x, y) in Dotted(drawn[0]))
        {
            letters[y / 4, x / 2] = (char)(Math.Max(letters[y / 4, x / 2], NoDots) | Dots[y % 4, x % 2]);
        }

        foreach (var (index, line) in drawn.Index().Skip(1))
        {
            foreach (var column in line.Points.GroupBy(point => Scaled(point.Step, first, last, width)))
            {
                var row = height - 1 - Scaled(column.Average(point => point.Value), low, high, height);
                (letters[row, column.Key], owners[row, column.Key]) = (MarkOf(index), index);
            }
        }

        return Segments();

        // Every column of dots between the first point and the last, and the points themselves.
        IEnumerable<(int X, int Y)> Dotted(PlotLine line)
        {
            var places = line.Points.Select(point => (X: Scaled(point.Step, first, last, 2 * width), Y: Y(point.Value))).ToArray();
            return places.Concat(places.Zip(places.Skip(1)).SelectMany(pair => Between(pair.First, pair.Second)));
        }

        int Y(double value) => 4 * height - 1 - Scaled(value, low, high, 4 * height);

        IEnumerable<Segment> Segments()
        {
            for (var row = 0; row < height; row++)
            {
                yield return new Segment($"{(row == 0 ? Number(high) : row == height - 1 ? Number(low) : ""), LabelWidth - 1} ");
                for (var column = 0; column < width; column++)
                {
                    yield return letters[row, column] == 0
                        ? new Segment(" ")
                        : new Segment($"{letters[row, column]}", ColorOf(owners[row, column]));
                }

                yield return Segment.LineBreak;
            }

            yield return new Segment($"{"", LabelWidth}{first}{$"{last}".PadLeft(Math.Max(1, width - $"{first}".Length))}");
            yield return Segment.LineBreak;
            foreach (var segment in Names(drawn, maxWidth))
            {
                yield return segment;
            }
        }
    }

    /// <summary>The rows under the plot: steps and names.</summary>
    public static int RowsUnder(ImmutableArray<PlotLine> lines, int maxWidth) =>
        1 + Names([.. lines.Where(line => !line.Points.IsEmpty)], maxWidth).Count(segment => segment.IsLineBreak);

    /// <summary>The names with their marks, as many in a row as fit.</summary>
    static IEnumerable<Segment> Names(PlotLine[] drawn, int maxWidth)
    {
        var used = 0;
        foreach (var (index, line) in drawn.Index())
        {
            var marked =
                drawn.Length == 1 ? line.Name
                : index == 0 ? $"{LineOfDots} {line.Name}"
                : $"{MarkOf(index)} {line.Name}";
            var name = CellText.Cut(marked, maxWidth - LabelWidth);
            if (used > 0 && used + Gap.Length + CellText.Width(name) > maxWidth)
            {
                yield return Segment.LineBreak;
                used = 0;
            }

            var before = used == 0 ? new string(' ', LabelWidth) : Gap;
            yield return new Segment(before);
            yield return new Segment(name, ColorOf(index));
            used += before.Length + CellText.Width(name);
        }

        yield return Segment.LineBreak;
    }

    static char MarkOf(int line) => Marks[(line - 1) % Marks.Length];

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
