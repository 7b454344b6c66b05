using System.Globalization;

namespace SVco.Evaluation.Report;

/// <summary>Numbers as all tables, figures and sentences write them.</summary>
public static class NumberText
{
    /// <summary>One digit after the point, with a true minus.</summary>
    public static string Of(double value) =>
        value.ToString("F1", CultureInfo.InvariantCulture) switch
        {
            "-0.0" => "0.0",
            var text => text.Replace('-', '−'),
        };

    /// <summary>With its sign.</summary>
    public static string Signed(double value) =>
        Of(value) switch
        {
            "0.0" => "0.0",
            ['−', ..] negative => negative,
            var positive => $"+{positive}",
        };
}
