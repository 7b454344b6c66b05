using SVco.Core.Data;

namespace SVco.Scripting.Printing;

/// <summary>A drawn plot.</summary>
/// <param name="Image">Its pixels.</param>
public sealed record PlotPicture(RgbImage Image);
