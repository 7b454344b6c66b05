using System.CommandLine;
using System.Globalization;

namespace SVco.Scripting.Host;

/// <summary>Limits of numbers on the command line.</summary>
static class OptionLimits
{
    /// <summary>Refuses smaller numbers; what is no number the parser refuses itself.</summary>
    public static Option<T> AtLeast<T>(this Option<T> option, int least)
    {
        option.Validators.Add(given =>
        {
            if (given.Tokens is [var text] && int.TryParse(text.Value, CultureInfo.InvariantCulture, out var number) && number < least)
            {
                given.AddError($"{option.Name} is {number}; it must be at least {least}.");
            }
        });
        return option;
    }
}
