using System.Collections;
using System.Reflection;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>A sequence: a table where its items have properties, else an item a line; the first ones, and how many more there are.</summary>
static class RowsPrinter
{
    const int MostRows = 20;
    const int MostColumns = 8;

    public static IRenderable Of(IEnumerable sequence)
    {
        // An endless sequence is a value too.
        var items = sequence.Cast<object?>().Take(MostRows + 1).ToArray();
        var shown = items.Take(MostRows).ToArray();
        var count = sequence is ICollection { Count: var all } ? all : (int?)null;
        var rest =
            items.Length <= MostRows
                ? count is null or 0
                    ? $"{shown.Length} items"
                    : $"{count} items"
                : count is null
                    ? "and more"
                    : $"and {count - MostRows} more";
        var columns = Columns(shown);
        return new Rows(columns.Length > 1 ? Table(shown, columns) : Lines(shown), new Text(rest, new Style(decoration: Decoration.Dim)));
    }

    /// <summary>The properties that a table shows; none where items are better shown as a whole.</summary>
    static PropertyInfo[] Columns(object?[] items)
    {
        var types = items.Select(item => item?.GetType()).Distinct().ToArray();
        return types is [{ } type] && ObjectPrinter.HasParts(type)
            ?
            [
                .. ObjectPrinter
                    .Parts(type)
                    .Where(property =>
                        !IsMany(property.PropertyType) && items.Any(item => ShortText.Of(property.GetValue(item)).Length > 0)
                    )
                    .Take(MostColumns),
            ]
            : [];
    }

    static bool IsMany(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    static FittingTable Table(object?[] items, PropertyInfo[] columns) =>
        new([
            .. columns.Select(column => new TableColumnText(
                column.Name,
                ShortText.IsNumber(column.PropertyType),
                [.. items.Select(item => ShortText.Of(column.GetValue(item)))]
            )),
        ]);

    static Rows Lines(object?[] items) => new(items.Select(item => new Text(ShortText.Of(item))));
}
