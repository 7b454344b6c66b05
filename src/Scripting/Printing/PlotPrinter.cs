using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>A plot: its pixels where the terminal has them, else drawn with letters, since nobody can read axes in half blocks.</summary>
static class PlotPrinter
{
    public static IRenderable Of(PlotPicture plot, PictureWay way) =>
        way is PictureWay.Kitty or PictureWay.Sixel ? new Picture(plot.Image, way) : new TextPlot(plot.Lines);
}
