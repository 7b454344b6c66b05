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

    /// <summary>A probability with three digits.</summary>
    public static string Probability(double value) =>
        double.IsNaN(value) ? "–"
        : value < 0.001 ? "<0.001"
        : Of(value, 3);
}
