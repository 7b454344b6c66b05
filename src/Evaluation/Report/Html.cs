using System.Net;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report;

/// <summary>Small pieces of HTML.</summary>
static class Html
{
    /// <summary>Text with what HTML reserves escaped.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>The half width of an interval, in small.</summary>
    public static string Spread(Interval value) => value.HalfWidth is { } half and > 0 ? $"<small> ±{NumberText.Of(half)}</small>" : "";

    /// <summary>A table that scrolls by itself where the page is narrow, under its caption, which does not.</summary>
    public static string Scrolled(string table, string caption) =>
        $"<p class=\"caption\">{Text(caption)}</p><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Text(caption)}\">{table}</div>";

    /// <summary>A figure with its caption.</summary>
    public static string Figure(string content, string caption) => $"<figure>{content}<figcaption>{caption}</figcaption></figure>";
}
