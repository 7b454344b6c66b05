using System.CommandLine;
using System.Globalization;

namespace SVco.Scripting.Commands;

/// <summary>Limits of numbers on the command line.</summary>
static class OptionLimits
{
    /// <summary>Refuses smaller numbers and NaN; what is no number the parser refuses itself.</summary>
    public static Option<T> AtLeast<T>(this Option<T> option, int least)
    {
        option.Validators.Add(given =>
        {
            if (
                given.Tokens is [var text]
                && double.TryParse(text.Value, CultureInfo.InvariantCulture, out var number)
                && !(number >= least && double.IsFinite(number))
            )
            {
                given.AddError($"{option.Name} is {text.Value}; it must be at least {least}.");
            }
        });
        return option;
    }
}
