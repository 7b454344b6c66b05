using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core.Fields;
using SVco.Experiments;

namespace SVco.Scripting.Printing;

/// <summary>The settings of an experiment by their names; those that are not the default stand out.</summary>
static class ExperimentPrinter
{
    public static IRenderable Of(Experiment experiment)
    {
        var usual = new Experiment("");
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var field in experiment.Fields.Where(field => field.Value is not null))
        {
            var style = FieldText.Of(field.Field.Get(usual)) == field.Text ? new Style(decoration: Decoration.Dim) : Style.Plain;
            grid.AddRow(new Text(field.Field.Path, style), new Text(field.Text, style));
        }

        return grid;
    }
}
