using System.CommandLine;
using SVco.Core;
using SVco.Core.Fields;

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

    /// <summary>Reads the options over what the script says. Without a model and pairs the bundled ones are taken.</summary>
    /// <exception cref="UserException">An option does not take its value, or needs another.</exception>
    public static CommandLine Parse(Experiment experiment, IReadOnlyList<string> args)
    {
        var restart = new Option<bool>("--restart")
        {
            Description = "Throw away what an earlier run left in the folder instead of going on with it.",
        };
        var options = Experiment.AllFields.Select(field => (Field: field, Option: OptionOf(field, experiment))).ToArray();
        var command = new RootCommand(
            $"The experiment {experiment.Name}: {experiment.Objective}\n\nWithout --model and --data it runs on a tiny bundled checkpoint and pairs."
        )
        {
            restart,
        };
        foreach (var (_, option) in options)
        {
            command.Add(option);
        }

        command.HelpName = $"svco run {experiment.Name}.csx";
        var parsed = command.Parse(args);
        if (parsed.Action is not null)
        {
            return new CommandLine.Ended(parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        }

        var given = options
            .Select(option => (option.Field, Text: TextOf(parsed, option.Field, option.Option)))
            .Where(option => option.Text is not null)
            .ToDictionary(option => option.Field.Path, option => (option.Field, Text: option.Text!));
        var changed = given.Values.Aggregate(
            Start(experiment.Validated(), given.ContainsKey),
            (before, option) => option.Field.With(before, option.Text, NameOf(option.Field))
        );
        return new CommandLine.Run(changed, parsed.GetValue(restart));
    }

    /// <summary>The option of a field: its own name where it has one, else its path without the first group, with dashes.</summary>
    internal static string NameOf(Field field) =>
        "--"
        + (field.About.Option ?? field.Path[(field.Path.IndexOf('.', StringComparison.Ordinal) + 1)..].Replace('.', '-').Replace('_', '-'));

    static Option<string?> OptionOf(Field field, Experiment experiment)
    {
        var names = FieldText.Names(field.Type);
        var option = new Option<string?>(NameOf(field))
        {
            Description = string.Join(' ', Sentences(field, field.Get(experiment))),
            HelpName =
                field.About.Unit.Length > 0 ? field.About.Unit
                : names.Count > 0 ? string.Join('|', names)
                : field.Path[(field.Path.LastIndexOf('.') + 1)..].Replace('_', '-'),
        };
        option.CompletionSources.Add([.. names]);
        if (field.Type == typeof(bool))
        {
            option.Arity = ArgumentArity.ZeroOrOne;
        }

        return option;
    }

    /// <summary>What was given for a field; null where nothing was. The option of a yes or no needs no word after it.</summary>
    static string? TextOf(ParseResult parsed, Field field, Option<string?> option) =>
        parsed.GetValue(option)
        ?? (field.Type == typeof(bool) && parsed.GetResult(option) is { Implicit: false } ? FieldText.Of(true) : null);

    static IEnumerable<string> Sentences(Field field, object? scripts)
    {
        yield return field.About.Help;
        if (field.About.Range is [var first, .. var rest])
        {
            yield return $"{char.ToUpperInvariant(first)}{rest}.";
        }

        if (scripts is not null)
        {
            yield return $"The script says {FieldText.Of(scripts)}.";
        }
    }

    /// <summary>The experiment that the options change.</summary>
    static Experiment Start(Experiment experiment, Func<string, bool> isGiven)
    {
        if (isGiven(TrainFile))
        {
            return experiment;
        }

        if (isGiven(Model))
        {
            throw new UserException("--model needs --data: say which pairs to train on, as in --data pairs.json.");
        }

        return new[] { "data.validation_file", "data.images" }.FirstOrDefault(isGiven) is { } ofData
            ? throw new UserException($"{NameOf(FieldNames.Find(ofData))} needs --data: without it the bundled pairs are used.")
            : Tiny.Of(experiment);
    }
}
