using System.Collections.Immutable;
using System.CommandLine;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Fields;

namespace SVco.Experiments;

/// <summary>What a command line asks of a table.</summary>
public abstract record TableCommand
{
    TableCommand() { }

    /// <summary>To run it.</summary>
    /// <param name="Table">The script's with the command line's changes.</param>
    /// <param name="DryRun">Whether only to tell what it takes.</param>
    public sealed record Run(ExperimentTable Table, bool DryRun) : TableCommand;

    /// <summary>Nothing more: help or a mistake has been printed.</summary>
    public sealed record Ended(int ExitCode) : TableCommand;
}

/// <summary>The options of a table's script: those of an evaluation, which rows, and fields of all rows.</summary>
public static class TableCommandLine
{
    static readonly ImmutableArray<Field> Fields = Field.AllOf(typeof(EvaluationSettings));

    /// <summary>Reads the options over what the script says.</summary>
    /// <exception cref="UserException">An option does not take its value, or there is no such row.</exception>
    public static TableCommand Parse(ExperimentTable table, IReadOnlyList<string> args)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell how long it will take, and what the judges will cost." };
        var tiny = new Option<bool>("--tiny")
        {
            Description = "Use the bundled checkpoints, pairs and questions: it shows how a table is made, its numbers mean nothing.",
        };
        var output = new Option<string?>("--output") { Description = $"The folder; runs/{table.Name} when not given." };
        var rows = new Option<string[]>("--rows")
        {
            Description = $"Only these rows: {string.Join(", ", table.Rows.Select(row => row.Name))}.",
            AllowMultipleArgumentsPerToken = true,
        };
        var set = new Option<string[]>("--set")
        {
            Description = "A field of every row, as in --set train.max_steps=10 model.precision=bf16.",
            AllowMultipleArgumentsPerToken = true,
        };
        var options = new FieldOptions(table.Evaluate, Fields);
        var command = new RootCommand($"The table {table.Name}.") { dryRun, tiny, output, rows, set };
        options.AddTo(command);
        command.HelpName = ShellCommand.Before(args) ?? $"{ShellCommand.Svco} run {table.Name}.csx";
        var parsed = command.Parse(args);
        if (parsed.Action is not null)
        {
            return new TableCommand.Ended(parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        }

        var asked = table with
        {
            Rows = [.. Chosen(table, parsed.GetValue(rows) ?? []).Select(row => parsed.GetValue(tiny) ? TinyRow(row) : row)],
            Evaluate = FieldOptions.Changed(parsed.GetValue(tiny) ? Tiny.Of(table.Evaluate) : table.Evaluate, options.Given(parsed).Values),
            Output = parsed.GetValue(output) ?? table.Output,
        };
        return new TableCommand.Run(
            asked with
            {
                Rows = [.. asked.Rows.Select(row => Set(row, parsed.GetValue(set) ?? []))],
            },
            parsed.GetValue(dryRun)
        );
    }

    static IEnumerable<Experiment> Chosen(ExperimentTable table, string[] names) =>
        names.Length == 0
            ? table.Rows
            : names.Select(name =>
                table.Rows.FirstOrDefault(row => row.Name == name)
                ?? throw new UserException($"The table has no row {name}; it has {string.Join(", ", table.Rows.Select(row => row.Name))}.")
            );

    /// <summary>The row's recipe over the bundled pairs.</summary>
    static Experiment TinyRow(Experiment row)
    {
        var tiny = Tiny.Of(row);
        return tiny with
        {
            Data = tiny.Data with { Train = Recipe.Parse(OverBundled(row.Data.Train)), Validation = null, ValidationFile = null },
        };
    }

    static string OverBundled(Recipe<ContrastPair> recipe) =>
        recipe
            .Sources()
            .Aggregate(recipe.Description, (text, source) => text.Replace(source.Call, Mvc.Train.Description, StringComparison.Ordinal));

    static Experiment Set(Experiment row, string[] fields) =>
        fields.Aggregate(
            row,
            (changed, field) =>
                field.Split('=', 2) is [var path, var value]
                    ? changed.With(path.Trim(), value)
                    : throw new UserException($"--set {field}: write FIELD=VALUE, as in --set train.max_steps=10.")
        );
}
