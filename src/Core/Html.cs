using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace SVco.Core;

/// <summary>
/// A piece of a page, made by an interpolated string: <c>Html cell = $"&lt;td&gt;{name}&lt;/td&gt;"</c>. What is written out in it is markup; what
/// stands in its holes is text and is escaped, unless it is a piece of a page itself. A text cannot become one in another way, so that what
/// a data file or a model says never becomes an element of the page.
/// </summary>
[InterpolatedStringHandler]
public sealed class Html
{
    readonly StringBuilder markup;

    /// <summary>Begins a piece; called for an interpolated string.</summary>
    public Html(int literalLength, int formattedCount) => markup = new(literalLength + 16 * formattedCount);

    Html(string markup) => this.markup = new(markup);

    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => markup.Length == 0;

    /// <summary>What is markup already: a constant of the program, or what a library has drawn.</summary>
    public static Html Trusted(string markup) => new(markup);

    /// <summary>Pieces one after another.</summary>
    public static Html Join(IEnumerable<Html> pieces) => $"{pieces}";

    /// <summary>Markup that the program itself writes out.</summary>
    public void AppendLiteral(string literal) => markup.Append(literal);

    /// <summary>A piece, as it is.</summary>
    public void AppendFormatted(Html piece) => markup.Append(piece.markup);

    /// <summary>Pieces one after another.</summary>
    public void AppendFormatted(IEnumerable<Html> pieces) => markup.AppendJoin("", pieces);

    /// <summary>A text, escaped for elements and for attributes in quotes.</summary>
    public void AppendFormatted(string? text) => markup.Append(WebUtility.HtmlEncode(text));

    /// <summary>A number or a date, independent of the machine's language.</summary>
    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override string ToString() => markup.ToString();
}
