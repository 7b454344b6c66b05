using System.Collections.Immutable;
using System.CommandLine;
using SVco.Core;
using SVco.Evaluation.Report;
using SVco.Evaluation.Report.Evaluations;
using SVco.Evaluation.Results;
using SVco.Files;

namespace SVco.Scripting.Commands;

/// <summary><c>svco report</c></summary>
static class ReportCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("runs")
        {
            Description = "Folders of evaluations; or of studies or training runs.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--output")
        {
            Description = "The page to write; report.html in the run's folder, or in ./comparison for several runs, if not given.",
        };
        var command = new Command(
            "report",
            "One page about evaluations, or about studies and training runs, made again from their files: no model is asked, no judge is paid."
        )
        {
            runs,
            output,
        };
        command.SetAction(parsed =>
        {
            var folders = parsed.GetRequiredValue(runs);
            var path = parsed.GetValue(output) ?? Path.Combine(folders.Length == 1 ? folders[0] : "comparison", "report.html");
            var evaluations = folders.Where(folder => File.Exists(Path.Combine(folder, EvaluationFile.FileName))).ToImmutableArray();
            var written =
                evaluations.IsEmpty ? Studies(folders, path)
                : folders.Except(evaluations).FirstOrDefault() is { } other
                    ? throw new UserException(
                        $"{evaluations[0]} is an evaluation's folder and {other} is not, so that they have no page in common. Make a report of each."
                    )
                : Evaluations(evaluations, path);
            Console.WriteLine(string.Join(Environment.NewLine, written));
            return 0;
        });
        return command;
    }

    static ImmutableArray<string> Evaluations(ImmutableArray<string> folders, string path)
    {
        var loaded = folders
            .Select(EvaluationFile.Load)
            .Zip(folders, (one, folder) => folders.Length == 1 ? one : one with { Name = NameOf(folder) });
        var written = InputFile.Read(
            string.Join(", ", folders),
            "an evaluation that can be shown",
            () =>
                EvaluationReport.Write(
                    JoinedEvaluations.Join([.. loaded]),
                    path,
                    DateTimeOffset.Now,
                    thumbnails: EvaluationReport.ThumbnailsOfUser(Console.Error.WriteLine)
                )
        );
        return [written.Text, .. written.Files];
    }

    static ImmutableArray<string> Studies(string[] folders, string path)
    {
        var studies = folders.Where(folder => File.Exists(Path.Combine(folder, StudyResults.FileName))).ToImmutableArray();
        var trained = folders.Except(studies).ToImmutableArray();
        return HtmlReport.Write(
            [
                .. studies.Select(folder => (Named(StudyResults.Load(folder), folder, studies.Length), folder)),
                .. trained.IsEmpty ? [] : new[] { (TrainingRuns.Load(trained), trained[0]) },
            ],
            path,
            DateTimeOffset.Now
        );
    }

    // Two studies of one kind have one name; their folders tell them apart.
    static StudyResults Named(StudyResults study, string folder, int studies) =>
        studies == 1 ? study : study with { Name = NameOf(folder), Title = $"{study.Title} ({folder})" };

    static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
}
