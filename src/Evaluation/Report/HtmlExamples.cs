using System.Globalization;
using SVco.Core;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>Examples with pictures, and the heat map of visual sensitivity.</summary>
static class HtmlExamples
{
    /// <summary>Pictures with every model's answer.</summary>
    public static string Answers(StudyResults study, string folder) =>
        string.Concat(
            study.Examples.Select(example =>
                $"<div class=\"example\"><div>{Picture(folder, example.Picture, example.Expected)}</div><div><p><b>{Html.Text(example.Prompt)}</b> <span class=\"soft\">{Html.Text(example.Benchmark)}</span></p><p class=\"soft\">In the picture: {Html.Text(example.Expected)}</p><table class=\"answers\"><thead><tr><th scope=\"col\">model</th><th scope=\"col\">answer</th><th scope=\"col\">right</th></tr></thead><tbody>{string.Concat(example.Answers.Select(answer => $"<tr><th scope=\"row\">{Html.Text(answer.Model)}</th><td>{Html.Text(answer.Text)}</td><td class=\"score\">{(100 * answer.Score).ToString("F0", CultureInfo.InvariantCulture)} %</td></tr>"))}</tbody></table></div></div>"
            )
        );

    /// <summary>Responses whose tokens are coloured by what they owe to the image.</summary>
    public static string HeatMap(StudyResults study, string folder)
    {
        // Full colour at 4 nats, and no underline where a token owes next to nothing to the image.
        const double Full = 4;
        const double Next = -0.05;
        string Token(string token, double nats)
        {
            var number = nats.ToString("+0.00;−0.00", CultureInfo.InvariantCulture);
            var strength = (0.75 * Math.Min(1, Math.Abs(nats) / Full)).ToString("F2", CultureInfo.InvariantCulture);
            return $"<span class=\"t{(nats < Next ? " minus" : "")}\" tabindex=\"0\" data-nats=\"{number}\" aria-label=\"{Html.Text(token)} {number}\" style=\"background:rgba(var(--{(nats < 0 ? "minus" : "plus")}),{strength})\">{Html.Text(token)}</span>";
        }

        return string.Concat(
            study
                .Sensitivities.GroupBy(response => (response.Picture, response.Condition, response.Prompt))
                .Select(group =>
                    $"<div class=\"example\"><div>{Picture(folder, group.Key.Picture, $"the {group.Key.Condition} picture")}</div><div><p><b>{Html.Text(group.Key.Prompt)}</b> <span class=\"soft\">{Html.Text(group.Key.Condition)} picture</span></p>"
                    + $"<table class=\"heat\"><thead><tr><th scope=\"col\">model</th><th scope=\"col\">response</th><th scope=\"col\">sum</th></tr></thead><tbody>{string.Concat(group.Select(response => $"<tr><th scope=\"row\">{Html.Text(response.Model)}</th><td>{string.Concat(response.Tokens.Zip(response.Values).Select(pair => Token(pair.First, pair.Second)))}</td><td>{NumberText.Signed(response.Values.Sum())}</td></tr>"))}</tbody></table>"
                    + $"<details><summary>Numbers in nats</summary>{string.Concat(group.Select(response => $"<p><b>{Html.Text(response.Model)}</b>: {Html.Text(string.Join(", ", response.Tokens.Zip(response.Values).Select(pair => $"{pair.First} {pair.Second.ToString("+0.00;−0.00", CultureInfo.InvariantCulture)}")))}</p>"))}</details></div></div>"
                )
        );
    }

    static string Picture(string folder, string name, string alternative)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path)
            ? $"<img alt=\"{Html.Text(alternative)}\" src=\"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(path))}\">"
            : throw new UserException($"{path} is missing, a picture of the report. Run the study again; what it has measured is reused.");
    }
}
