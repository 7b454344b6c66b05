using System.Globalization;
using SVco.Core;
using SVco.Evaluation.Results;
using SVco.Files;

namespace SVco.Evaluation.Report;

/// <summary>Examples with pictures, and the heat map of visual sensitivity.</summary>
static class HtmlExamples
{
    static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G'];

    const string Nats = "+0.00;−0.00";

    /// <summary>Pictures with every model's answer.</summary>
    public static Html Answers(StudyResults study, string folder) =>
        Html.Join(
            study.Examples.Select<Example, Html>(example =>
                $"<div class=\"example\"><div>{Picture(folder, example.Picture, example.Expected)}</div><div><p><b>{example.Prompt}</b> <span class=\"soft\">{example.Benchmark}</span></p><p class=\"soft\">In the picture: {example.Expected}</p><table class=\"answers\"><thead><tr><th scope=\"col\">model</th><th scope=\"col\">answer</th><th scope=\"col\">right</th></tr></thead><tbody>{example.Answers.Select(Answer)}</tbody></table></div></div>"
            )
        );

    static Html Answer(ModelAnswer answer) =>
        $"<tr><th scope=\"row\">{answer.Model}</th><td>{answer.Text}</td><td class=\"score\">{100 * answer.Score:F0} %</td></tr>";

    /// <summary>Responses whose tokens are coloured by what they owe to the image.</summary>
    public static Html HeatMap(StudyResults study, string folder) =>
        Html.Join(
            study
                .Sensitivities.GroupBy(response => (response.Picture, response.Condition, response.Prompt))
                .Select<IGrouping<(string Picture, string Condition, string Prompt), Sensitivity>, Html>(group =>
                    $"<div class=\"example\"><div>{Picture(folder, group.Key.Picture, $"the {group.Key.Condition} picture")}</div><div><p><b>{group.Key.Prompt}</b> <span class=\"soft\">{group.Key.Condition} picture</span></p><table class=\"heat\"><thead><tr><th scope=\"col\">model</th><th scope=\"col\">response</th><th scope=\"col\">sum</th></tr></thead><tbody>{group.Select(Coloured)}</tbody></table><details><summary>Numbers in nats</summary>{group.Select(Numbers)}</details></div></div>"
                )
        );

    static Html Coloured(Sensitivity response) =>
        $"<tr><th scope=\"row\">{response.Model}</th><td>{response.Tokens.Zip(response.Values, Token)}</td><td>{NumberText.Signed(response.Values.Sum())}</td></tr>";

    static Html Numbers(Sensitivity response) =>
        $"<p><b>{response.Model}</b>: {string.Join(", ", response.Tokens.Zip(response.Values, (token, nats) => $"{token} {Number(nats)}"))}</p>";

    static Html Token(string token, double nats)
    {
        // Full colour at 4 nats, and no underline where a token owes next to nothing to the image.
        const double Full = 4;
        const double Next = -0.05;
        var strength = 0.75 * Math.Min(1, Math.Abs(nats) / Full);
        return $"<span class=\"t{(nats < Next ? " minus" : "")}\" tabindex=\"0\" data-nats=\"{Number(nats)}\" aria-label=\"{token} {Number(nats)}\" style=\"background:rgba(var(--{(nats < 0 ? "minus" : "plus")}),{strength:F2})\">{token}</span>";
    }

    static string Number(double nats) => nats.ToString(Nats, CultureInfo.InvariantCulture);

    /// <summary>A picture as part of the page: a PNG of the study's own folder and nothing else, since pages are published.</summary>
    static Html Picture(string folder, string name, string alternative)
    {
        if (FolderBoundary.Find(folder, name) is not { } path)
        {
            throw new UserException(
                $"The picture {name} is not in the study's folder {folder}; a report shows nothing else. Run the study again."
            );
        }

        if (!File.Exists(path))
        {
            throw new UserException($"{path} is missing, a picture of the report. Run the study again; what it has measured is reused.");
        }

        var bytes = InputFile.Bytes(path);
        return bytes.AsSpan().StartsWith(Png)
            ? (Html)$"<img alt=\"{alternative}\" src=\"data:image/png;base64,{Convert.ToBase64String(bytes)}\">"
            : throw new UserException($"{path} is no PNG, as the pictures of a report are. Run the study again.");
    }
}
