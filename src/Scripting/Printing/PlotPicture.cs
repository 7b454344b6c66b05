using System.Collections.Immutable;
using SVco.Core.Data;

namespace SVco.Scripting.Printing;

/// <summary>Numbers over steps.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Points">In the order of the steps.</param>
public sealed record PlotLine(string Name, ImmutableArray<(int Step, double Value)> Points);

/// <summary>A drawn plot.</summary>
/// <param name="Lines">What it shows.</param>
/// <param name="Image">Its pixels.</param>
public sealed record PlotPicture(ImmutableArray<PlotLine> Lines, RgbImage Image);
