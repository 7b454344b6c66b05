using System.CommandLine;
using SVco.Core;

namespace SVco.Experiments;

/// <summary>What a command line asks for.</summary>
public abstract record CommandLine
{
    CommandLine() { }

    /// <summary>To run an experiment.</summary>
    /// <param name="Experiment">The script's with the command line's changes.</param>
    /// <param name="Restart">Whether to throw an earlier run in its folder away.</param>
    public sealed record Run(Experiment Experiment, bool Restart) : CommandLine;

    /// <summary>Nothing more: help or a mistake has been printed.</summary>
    public sealed record Ended(int ExitCode) : CommandLine;
}

/// <summary>The options of an experiment's script: one for each field, and <c>--restart</c>.</summary>
public static class ExperimentCommandLine
{
    const string Model = "model.checkpoint";
    const string TrainFile = "data.train_file";

    /// <summary>Reads the options over what the script says.</summary>
    /// <exception cref="UserException">An option does not take its value, or needs another.</exception>
    public static CommandLine Parse(Experiment experiment, IReadOnlyList<string> args)
    {
        var restart = new Option<bool>("--restart")
        {
            Description = "Throw away what an earlier run left in the folder instead of going on with it.",
        };
        var options = new FieldOptions(experiment, Experiment.AllFields);
        var command = new RootCommand(
            $"The experiment {experiment.Name}: {experiment.Objective}"
                + (Tiny.CanStandFor(experiment) ? "\n\nWithout --model and --data it runs on a tiny bundled checkpoint and pairs." : "")
        )
        {
            restart,
        };
        options.AddTo(command);
        command.HelpName = $"svco run {experiment.Name}.csx";
        var parsed = command.Parse(args);
        if (parsed.Action is not null)
        {
            return new CommandLine.Ended(parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        }

        var given = options.Given(parsed);
        var changed = FieldOptions.Changed(Start(experiment.Validated(), given.ContainsKey), given.Values);
        return new CommandLine.Run(changed, parsed.GetValue(restart));
    }

    /// <summary>The experiment that the options change.</summary>
    static Experiment Start(Experiment experiment, Func<string, bool> isGiven)
    {
        if (isGiven(TrainFile) || !Tiny.CanStandFor(experiment))
        {
            return experiment;
        }

        if (isGiven(Model))
        {
            throw new UserException("--model needs --data: say which pairs to train on, as in --data pairs.json.");
        }

        return new[] { "data.validation_file", "data.images" }.FirstOrDefault(isGiven) is { } ofData
            ? throw new UserException(
                $"{FieldOptions.NameOf(FieldNames.Find(ofData))} needs --data: without it the bundled pairs are used."
            )
            : Tiny.Of(experiment);
    }
}
