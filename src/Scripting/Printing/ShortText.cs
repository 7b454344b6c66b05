using System.Collections;
using System.Globalization;
using SVco.Core.Data;

namespace SVco.Scripting.Printing;

/// <summary>A value in one short line, as a cell of a table.</summary>
static class ShortText
{
    const int MostColumns = 60;

    public static string Of(object? value) =>
        CellText.Cut(
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
            MostColumns
        );

    /// <summary>Whether values of a type stand under each other by their digits.</summary>
    public static bool IsNumber(Type type) => type.IsPrimitive && type != typeof(bool) && type != typeof(char);
}
