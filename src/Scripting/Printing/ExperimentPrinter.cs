using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Experiments;

namespace SVco.Scripting.Printing;

/// <summary>The settings of an experiment by their names: those that are not the usual ones.</summary>
static class ExperimentPrinter
{
    public static IRenderable Of(Experiment experiment)
    {
        var usual = new Experiment("").Fields.ToDictionary(field => field.Field.Path, field => field.Text);
        var fields = experiment.Fields.ToLookup(field => field.Text == usual[field.Field.Path]);
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var field in fields[false])
        {
            grid.AddRow(new Text(field.Field.Path), new Text(field.Text));
        }

        return new Rows(
            grid,
            new Text(
                $"{fields[true].Count()} more fields have their usual values; .ToYaml() has all, .Fields says what each means",
                new Style(decoration: Decoration.Dim)
            )
        );
    }
}
