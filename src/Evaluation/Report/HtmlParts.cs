using SVco.Core;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report;

/// <summary>Small pieces of a report's page.</summary>
static class HtmlParts
{
    /// <summary>The half width of an interval, in small.</summary>
    public static Html Spread(Interval value) =>
        value.HalfWidth is { } half and > 0 ? $"<small> ±{NumberText.Of(half)}</small>" : Html.Empty;

    /// <summary>A table that scrolls by itself where the page is narrow, under its caption, which does not.</summary>
    public static Html Scrolled(Html table, string caption) =>
        $"<p class=\"caption\">{caption}</p><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\">{table}</div>";

    /// <summary>A figure with its caption.</summary>
    public static Html Figure(Html content, string caption) => $"<figure>{content}<figcaption>{caption}</figcaption></figure>";
}
