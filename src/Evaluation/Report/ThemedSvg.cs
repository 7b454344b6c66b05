using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ScottPlot;
using SVco.Core;

namespace SVco.Evaluation.Report;

/// <summary>
/// ScottPlot's SVG made part of a page: its colours become the page's CSS variables, so that one figure serves light and dark; its names
/// become unique, since all figures share one document.
/// </summary>
public static partial class ThemedSvg
{
    /// <summary>The number of colours of series; more series begin again, with other markers.</summary>
    public const int Series = 8;

    /// <summary>The colour of axes and texts.</summary>
    public static Color Ink { get; } = Color.FromHex("#101112");

    /// <summary>The colour of grids and zero lines.</summary>
    public static Color Rule { get; } = Color.FromHex("#202122");

    /// <summary>The colour of a series.</summary>
    public static Color Of(int series) => new((byte)1, (byte)2, (byte)(10 + (series % Series)));

    /// <summary>The CSS variable of a series' colour.</summary>
    public static string Variable(int series) => string.Create(CultureInfo.InvariantCulture, $"var(--series-{series % Series})");

    static readonly ImmutableDictionary<string, string> Variables = Enumerable
        .Range(0, Series)
        .Select(series => (Of(series), Variable(series)))
        .Append((Ink, "var(--ink)"))
        .Append((Rule, "var(--rule)"))
        .ToImmutableDictionary(pair => Key(pair.Item1.R, pair.Item1.G, pair.Item1.B), pair => pair.Item2);

    /// <summary>An inline SVG element with a text alternative.</summary>
    /// <param name="plot">What to draw; its colours are those of this class.</param>
    /// <param name="width">In CSS pixels, before the page scales it.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="id">Unique in the page.</param>
    /// <param name="alternative">What the figure shows, in words.</param>
    public static Html Render(Plot plot, int width, int height, string id, string alternative)
    {
        var svg = plot.GetSvgXml(width, height);
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        svg = Painted()
            .Replace(svg, match => Variables.TryGetValue(KeyOf(match), out var name) ? $"{match.Groups[1].Value}=\"{name}\"" : match.Value);
        svg = Identifier().Replace(svg, match => $"{match.Groups[1].Value}{id}-{match.Groups[2].Value}");
        var content = svg[(svg.IndexOf('>') + 1)..];
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{alternative}\">{Html.Trusted(content)}";
    }

    static string KeyOf(Match match)
    {
        var color = match.Groups[2].Value;
        if (color.StartsWith('#'))
        {
            var parsed = Color.FromHex(color);
            return Key(parsed.R, parsed.G, parsed.B);
        }

        return color.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
    }

    static string Key(byte red, byte green, byte blue) => string.Create(CultureInfo.InvariantCulture, $"rgb({red},{green},{blue})");

    [GeneratedRegex("(fill|stroke)=\"(#[0-9A-Fa-f]{6}|rgb\\([^)]*\\))\"")]
    private static partial Regex Painted();

    [GeneratedRegex("(\\bid=\"|url\\(#|href=\"#)([A-Za-z0-9_]+)")]
    private static partial Regex Identifier();
}
