using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core.Data;
using SVco.Models.Images;

namespace SVco.Scripting.Printing;

/// <summary>The image that a description stands for, and the description.</summary>
static class PicturePrinter
{
    public static IRenderable Of(ImageSource source, PictureWay way) =>
        new Rows(
            new Picture(ImageRenderer.Render(source), way),
            new Text(source is ImageSource.File(var path) ? path : $"{source}", new Style(decoration: Decoration.Dim))
        );
}
