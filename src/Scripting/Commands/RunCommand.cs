using System.CommandLine;
using SVco.Core;
using SVco.Experiments;
using SVco.Files;
using SVco.Scripting.Host;

namespace SVco.Scripting.Commands;

/// <summary><c>svco run FILE.csx [args...]</c></summary>
static class RunCommand
{
    const string Name = "run";

    /// <summary>Marks what follows the script's file as not ours, also when it begins with dashes or is a <c>--</c>.</summary>
    public static string[] KeepScriptArguments(string[] args) =>
        args is [Name, var file, .. var rest] && !file.StartsWith('-') ? [Name, file, "--", .. rest]
        : args is [EvalCommand.Name, .. var all] && all is not (["--help" or "-h" or "-?"]) ? [EvalCommand.Name, "--", .. all]
        : args;

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "The script, a .csx file; or an experiment as YAML, such as a run's experiment.yaml.",
        };
        var args = new Argument<string[]>("args")
        {
            Description = "Given to the script untouched, --help too: it lists the script's own options.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(Name, "Run an experiment's script, or the experiment of a YAML file.") { file, args };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(args) ?? []));
        return command;
    }

    static Task<int> RunAsync(string file, string[] args) =>
        Path.GetExtension(file) is ".yaml" or ".yml" ? InFile(Repository.Find(file)).Run(args) : ScriptHost.RunAsync(file, args);

    static Experiment InFile(string file)
    {
        try
        {
            return Experiment.FromYaml(TextFile.Read(file));
        }
        catch (UserException error) when (File.Exists(file))
        {
            throw new UserException($"{file}: {error.Message}", error);
        }
    }
}
