using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>How values of a type are shown.</summary>
/// <param name="Type">The type; those derived from it too.</param>
/// <param name="Render">Shows a value on a terminal that can do this much.</param>
sealed record ValuePrinter(Type Type, Func<object, PictureWay, IRenderable> Render)
{
    /// <summary>Shows values of a type, pictures in the terminal's way.</summary>
    public static ValuePrinter Of<T>(Func<T, PictureWay, IRenderable> render) => new(typeof(T), (value, way) => render((T)value, way));

    /// <summary>Shows values of a type.</summary>
    public static ValuePrinter Of<T>(Func<T, IRenderable> render) => Of<T>((value, _) => render(value));
}
