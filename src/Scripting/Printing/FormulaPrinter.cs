using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core.Objectives;

namespace SVco.Scripting.Printing;

/// <summary>An objective: its formula, a term a line, and what it costs.</summary>
static class FormulaPrinter
{
    public static IRenderable Of(Objective objective)
    {
        var terms = objective.Terms();
        var formula = string.Join("\n+ ", terms);
        var cells = string.Join(", ", objective.Cells());
        return new Rows(
            new Text(formula, new Style(Color.Aqua)),
            new Text(
                $"scores {(cells.Length == 0 ? "nothing" : cells)}{(objective.NeedsReference ? "; needs the reference" : "")}",
                new Style(decoration: Decoration.Dim)
            )
        );
    }
}
