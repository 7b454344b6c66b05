using System.Globalization;

namespace SVco.Evaluation.Report;

/// <summary>Numbers as all tables, figures and sentences write them.</summary>
public static class NumberText
{
    /// <summary>One digit after the point, with a true minus.</summary>
    public static string Of(double value) => Of(value, 1);

    /// <summary>Some digits after the point, with a true minus; – where there is no number.</summary>
    public static string Of(double value, int digits) =>
        double.IsNaN(value)
            ? "–"
            : value.ToString($"F{digits}", CultureInfo.InvariantCulture) switch
            {
                ['-', .. var zero] when zero.All(letter => letter is '0' or '.') => zero,
                var text => text.Replace('-', '−'),
            };

    /// <summary>With its sign.</summary>
    public static string Signed(double value) => Signed(value, 1);

    /// <summary>With its sign and some digits after the point.</summary>
    public static string Signed(double value, int digits) =>
        Of(value, digits) switch
        {
            ['−' or '–', ..] same => same,
            var zero when zero.All(letter => letter is '0' or '.') => zero,
            var positive => $"+{positive}",
        };

    /// <summary>Three digits that count, below a million billions never as a power of ten: 0.0123, 1.23, 12300.</summary>
    public static string Significant(double value) =>
        value.ToString("G3", CultureInfo.InvariantCulture) is var text && value is >= 1000 and < 1e15
            ? double.Parse(text, CultureInfo.InvariantCulture).ToString("F0", CultureInfo.InvariantCulture)
            : text;

    /// <summary>A probability with three digits.</summary>
    public static string Probability(double value) =>
        double.IsNaN(value) ? "–"
        : value < 0.001 ? "<0.001"
        : Of(value, 3);
}
