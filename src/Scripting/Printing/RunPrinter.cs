using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Experiments;

namespace SVco.Scripting.Printing;

/// <summary>A run: what it trained and how far it came, with its last numbers.</summary>
static class RunPrinter
{
    public static IRenderable Of(Run run)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("run", $"{run}");
        Row("model", run.Experiment.Model.Checkpoint);
        Row("objective", $"{run.Experiment.Objective}");
        if (run.Steps is [.., var step])
        {
            Row("last step", string.Create(CultureInfo.InvariantCulture, $"{step.Step}, loss {step.Loss:0.0000}"));
        }

        if (run.Validations is [.., var validation])
        {
            Row("validation", string.Create(CultureInfo.InvariantCulture, $"after step {validation.Step}, loss {validation.Loss:0.0000}"));
        }

        Row("more", ".Experiment, .Steps, .Validations, .Plot(), await .Load()");
        return grid;

        void Row(string name, string value) => grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), new Text(value));
    }
}
