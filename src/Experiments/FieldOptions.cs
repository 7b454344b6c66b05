using System.CommandLine;
using SVco.Core.Fields;

namespace SVco.Experiments;

/// <summary>The options of a command line, one for each field of a record.</summary>
/// <param name="record">Says what the script says.</param>
/// <param name="fields">Its fields.</param>
sealed class FieldOptions(object record, IEnumerable<Field> fields)
{
    readonly (Field Field, Option<string?> Option)[] options = [.. fields.Select(field => (field, OptionOf(field, record)))];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in options)
        {
            command.Add(option);
        }
    }

    /// <summary>What was given, by the fields' paths.</summary>
    public Dictionary<string, (Field Field, string Text)> Given(ParseResult parsed) =>
        options
            .Select(option => (option.Field, Text: TextOf(parsed, option.Field, option.Option)))
            .Where(option => option.Text is not null)
            .ToDictionary(option => option.Field.Path, option => (option.Field, Text: option.Text!));

    /// <summary>The record with what was given.</summary>
    /// <exception cref="Core.UserException">A field does not take its value; the message names the option.</exception>
    public static T Changed<T>(T record, IEnumerable<(Field Field, string Text)> given)
        where T : class => given.Aggregate(record, (before, option) => option.Field.With(before, option.Text, NameOf(option.Field)));

    /// <summary>
    /// The option of a field: its own name where it has one, else its path without the first group, with dashes. Those of an experiment's
    /// evaluation keep the group, since an evaluation has a seed, data and more of its own.
    /// </summary>
    public static string NameOf(Field field) =>
        "--"
        + (
            field.About.Option
            ?? field
                .Path[(Experiment.IsOfEvaluation(field) ? 0 : field.Path.IndexOf('.', StringComparison.Ordinal) + 1)..]
                .Replace('.', '-')
                .Replace('_', '-')
        );

    static Option<string?> OptionOf(Field field, object record)
    {
        var names = FieldText.Names(field.Type);
        var option = new Option<string?>(NameOf(field))
        {
            Description = string.Join(' ', Sentences(field, field.Get(record))),
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

        if (field.Type == typeof(string[]))
        {
            (option.Arity, option.AllowMultipleArgumentsPerToken) = (ArgumentArity.OneOrMore, true);
            option.CustomParser = result => string.Join(',', result.Tokens.Select(token => token.Value));
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

        if (scripts is not null and not string[] { Length: 0 })
        {
            yield return $"The script says {FieldText.Of(scripts)}.";
        }
    }
}
