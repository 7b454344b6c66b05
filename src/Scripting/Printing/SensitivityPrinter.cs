using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Experiments;

namespace SVco.Scripting.Printing;

/// <summary>What images do to each token of the two responses, in nats.</summary>
static class SensitivityPrinter
{
    public static IRenderable Of(PairSensitivity sensitivity) => new Rows(sensitivity.Responses.Select(Table));

    static Table Table(ResponseSensitivity response)
    {
        var table = new Table()
            .SimpleBorder()
            .AddColumn($"{response.Response}")
            .AddColumn(new TableColumn("own image").RightAligned())
            .AddColumn(new TableColumn("other image").RightAligned());
        foreach (var (token, match, mismatch) in response.Tokens.Zip(response.Match, response.Mismatch))
        {
            table.AddRow(new Text(Visible(token)), Number(match), Number(mismatch));
        }

        return table.AddRow(
            new Text("all", new Style(decoration: Decoration.Bold)),
            Number(response.Match.Sum()),
            Number(response.Mismatch.Sum())
        );
    }

    /// <summary>A token is often a space alone.</summary>
    static string Visible(string token) => token.Replace(' ', '␣').Replace('\n', '⏎');

    static Text Number(double nats) =>
        new(nats.ToString("+0.00;-0.00", CultureInfo.InvariantCulture), new Style(nats < 0 ? Color.Red : Color.Green));
}
