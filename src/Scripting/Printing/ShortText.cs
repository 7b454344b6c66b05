using System.Collections;
using System.Globalization;
using SVco.Core.Data;

namespace SVco.Scripting.Printing;

/// <summary>A value in one short line, as a cell of a table.</summary>
static class ShortText
{
    const int MostLetters = 60;

    public static string Of(object? value) =>
        Cut(
            value switch
            {
                null => "none",
                string text => text,
                double number => number.ToString("G5", CultureInfo.InvariantCulture),
                float number => number.ToString("G5", CultureInfo.InvariantCulture),
                ContrastType.Unknown => "",
                ContrastPair pair => $"{pair.Id}: {pair.Query}",
                PairSide side => side.Response,
                ImageSource.File(var path) => Path.GetFileName(path),
                IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
                ICollection many => $"{many.Count} items",
                _ => $"{value}",
            },
            MostLetters
        );

    /// <summary>Whether values of a type stand under each other by their digits.</summary>
    public static bool IsNumber(Type type) => type.IsPrimitive && type != typeof(bool) && type != typeof(char);

    /// <summary>A text in one line of at most so many letters; an ellipsis at its end stands for what is missing.</summary>
    public static string Cut(string text, int letters)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= letters ? line : $"{line[..(letters - 1)]}…";
    }
}
