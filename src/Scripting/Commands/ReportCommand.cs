using System.Collections.Immutable;
using System.CommandLine;
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;

namespace SVco.Scripting.Commands;

/// <summary><c>svco report</c></summary>
static class ReportCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("runs")
        {
            Description = "Folders of studies or of training runs.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--output")
        {
            Description = "The page to write; report.html in the run's folder, or in ./comparison for several runs, if not given.",
        };
        var command = new Command("report", "One page about studies and training runs, rebuilt from their files.") { runs, output };
        command.SetAction(parsed =>
        {
            var folders = parsed.GetRequiredValue(runs);
            var studies = folders.Where(folder => File.Exists(Path.Combine(folder, StudyResults.FileName))).ToImmutableArray();
            var trained = folders.Except(studies).ToImmutableArray();
            var path = parsed.GetValue(output) ?? Path.Combine(folders.Length == 1 ? folders[0] : "comparison", "report.html");
            var written = HtmlReport.Write(
                [
                    .. studies.Select(folder => (Named(StudyResults.Load(folder), folder, studies.Length), folder)),
                    .. trained.IsEmpty ? [] : new[] { (TrainingRuns.Load(trained), trained[0]) },
                ],
                path,
                DateTimeOffset.Now
            );
            Console.WriteLine(string.Join(Environment.NewLine, written));
            return 0;
        });
        return command;
    }

    // Two studies of one kind have one name; their folders tell them apart.
    static StudyResults Named(StudyResults study, string folder, int studies) =>
        studies == 1
            ? study
            : study with
            {
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
                Title = $"{study.Title} ({folder})",
            };
}
