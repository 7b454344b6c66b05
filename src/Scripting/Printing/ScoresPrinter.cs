using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core.Objectives;
using SVco.Experiments;

namespace SVco.Scripting.Printing;

/// <summary>The 2 x 3 table of a pair; where the model was finetuned, with r in brackets.</summary>
static class ScoresPrinter
{
    public static IRenderable Of(PairScores scores)
    {
        var table = new Table().SimpleBorder().AddColumn(scores.IsBase ? "log p" : "log p (r)");
        foreach (var image in Enum.GetValues<ImageCondition>())
        {
            table.AddColumn(new TableColumn($"{image}").RightAligned());
        }

        foreach (var side in Enum.GetValues<Side>())
        {
            table.AddRow([
                new Text($"{side}"),
                .. Enum.GetValues<ImageCondition>()
                    .Select(image => new Text(
                        Cell(scores, side, image),
                        image == ImageCondition.Match ? new Style(Color.Green) : Style.Plain
                    )),
            ]);
        }

        return table;
    }

    static string Cell(PairScores scores, Side side, ImageCondition image) =>
        string.Create(CultureInfo.InvariantCulture, $"{scores[side, image]:0.000}")
        + (scores.IsBase ? "" : string.Create(CultureInfo.InvariantCulture, $" ({scores.R(side, image):+0.000;-0.000})"));
}
