using System.Collections.Immutable;
using ScottPlot;
using SVco.Core;
using SVco.Experiments;
using SVco.Models.Images;
using SVco.Scripting.Printing;

namespace SVco.Scripting;

/// <summary>How a script looks at a run.</summary>
public static class RunScript
{
    const int Width = 640;
    const int Height = 360;

    /// <summary>Draws numbers of a run over its steps, those of training steps as lines and of validations as lines with markers.</summary>
    /// <param name="run">The run.</param>
    /// <param name="names">Names of <c>metrics.jsonl</c>, such as <c>loss</c> or <c>grad_norm</c>; a part of a name means all that have it.</param>
    /// <exception cref="UserException">No number is called so; the message lists the names.</exception>
    public static PlotPicture Plot(this Run run, params ReadOnlySpan<string> names)
    {
        var plot = new Plot();
        foreach (var name in names.IsEmpty ? ["loss"] : names.ToArray())
        {
            var found = All(run).Where(line => line.Name == name).ToArray();
            found = found.Length > 0 ? found : [.. All(run).Where(line => line.Name.Contains(name, StringComparison.Ordinal))];
            if (found.Length == 0)
            {
                throw new UserException(
                    $"{run.Folder} has no numbers called {name}. There are: {string.Join(", ", All(run).Select(line => line.Name).Distinct())}."
                );
            }

            foreach (var line in found)
            {
                var drawn = plot.Add.Scatter(line.Points.Select(point => (double)point.Step).ToArray(), line.Points.Select(point => point.Value).ToArray());
                (drawn.LegendText, drawn.LineWidth, drawn.MarkerSize) = (line.Name, 2, line.IsValidation ? 6 : 0);
            }
        }

        plot.Axes.Bottom.Label.Text = "step";
        plot.ShowLegend(Alignment.UpperRight);
        return new(ImageDecoder.Decode(plot.GetImage(Width, Height).GetImageBytes(), "plot"));
    }

    static IEnumerable<(string Name, bool IsValidation, ImmutableArray<(int Step, double Value)> Points)> All(Run run) =>
        [
            .. Lines(run.Steps.Select(row => (row.Step, row.Official)), isValidation: false),
            .. Lines(run.Validations.Select(row => (row.Step, row.Official)), isValidation: true),
        ];

    static IEnumerable<(string Name, bool IsValidation, ImmutableArray<(int Step, double Value)> Points)> Lines(
        IEnumerable<(int Step, ImmutableSortedDictionary<string, double> Numbers)> rows,
        bool isValidation
    ) =>
        rows.SelectMany(row => row.Numbers.Select(number => (number.Key, row.Step, number.Value)))
            .Where(point => double.IsFinite(point.Value))
            .GroupBy(point => point.Key)
            .Select(line => (line.Key, isValidation, line.Select(point => (point.Step, point.Value)).ToImmutableArray()));
}
