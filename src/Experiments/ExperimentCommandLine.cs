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
    /// <param name="StopAfter">After so many steps the run is to save its state and end; null for the whole run.</param>
    public sealed record Run(Experiment Experiment, bool Restart, int? StopAfter) : CommandLine;

    /// <summary>To tell what would run.</summary>
    /// <param name="Experiment">The script's with the command line's changes.</param>
    public sealed record Describe(Experiment Experiment) : CommandLine;

    /// <summary>Nothing more: help or a mistake has been printed.</summary>
    public sealed record Ended(int ExitCode) : CommandLine;
}

/// <summary>The options of an experiment's script: one for each field, <c>--restart</c>, <c>--stop-after</c> and <c>--yaml</c>.</summary>
public static class ExperimentCommandLine
{
    /// <summary>The option that ends a run after some steps.</summary>
    internal const string StopAfter = "--stop-after";

    /// <summary>The option that prints the experiment.</summary>
    internal const string Yaml = "--yaml";

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
        var stopAfter = new Option<int?>(StopAfter)
        {
            Description = "Save the state and end after so many steps; the same command without it goes on.",
            HelpName = "steps",
        };
        stopAfter.Validators.Add(given =>
        {
            if (given.Tokens is [var text] && int.TryParse(text.Value, out var steps) && steps < 1)
            {
                given.AddError($"{StopAfter} is {steps}; it must be at least 1.");
            }
        });
        var yaml = new Option<bool>(Yaml) { Description = "Print the experiment as YAML, all fields with their values, and run nothing." };
        var options = new FieldOptions(experiment, Experiment.AllFields);
        var command = new RootCommand(
            $"The experiment {experiment.Name}: {experiment.Objective}"
                + (Tiny.CanStandFor(experiment) ? "\n\nWithout --model and --data it runs on a tiny bundled checkpoint and pairs." : "")
        )
        {
            restart,
            stopAfter,
            yaml,
        };
        options.AddTo(command);
        command.HelpName = ShellCommand.Before(args) ?? $"{ShellCommand.Svco} run {experiment.Name}.csx";
        var parsed = command.Parse(args);
        if (parsed.Action is not null)
        {
            return new CommandLine.Ended(parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        }

        var given = options.Given(parsed);
        var changed = FieldOptions.Changed(Start(experiment.Validated(), given.ContainsKey), given.Values);
        return parsed.GetValue(yaml)
            ? new CommandLine.Describe(changed)
            : new CommandLine.Run(changed, parsed.GetValue(restart), parsed.GetValue(stopAfter));
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
