using System.Reflection;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>Any other value: a record or an anonymous object as its properties, one a line, all else as its text.</summary>
static class ObjectPrinter
{
    public static IRenderable Of(object value)
    {
        if (!HasParts(value.GetType()))
        {
            return new Text(
                value is IFormattable formattable
                    ? formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture)
                    : $"{value}"
            );
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var property in Parts(value.GetType()))
        {
            grid.AddRow(new Text(property.Name, new Style(decoration: Decoration.Dim)), new Text(ShortText.Of(property.GetValue(value))));
        }

        return grid;
    }

    /// <summary>Whether the text of a type is the compiler's list of its properties.</summary>
    public static bool HasParts(Type type) =>
        type.Name.Contains("AnonymousType", StringComparison.Ordinal)
        || (
            IsRecord(type)
            && type.GetMethod(nameof(ToString), Type.EmptyTypes)!
                .IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
        );

    /// <summary>The properties, in order.</summary>
    public static IEnumerable<PropertyInfo> Parts(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0);

    static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
