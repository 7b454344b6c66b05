using System.CommandLine;

namespace SVco.Experiments;

/// <summary>What a command line asks of an evaluation.</summary>
public abstract record EvaluationCommand
{
    EvaluationCommand() { }

    /// <summary>To run it.</summary>
    /// <param name="Plan">The script's with the command line's changes.</param>
    /// <param name="DryRun">Whether only to tell what would be asked.</param>
    public sealed record Run(EvaluationPlan Plan, bool DryRun) : EvaluationCommand;

    /// <summary>Nothing more: help or a mistake has been printed.</summary>
    public sealed record Ended(int ExitCode) : EvaluationCommand;
}

/// <summary>The options of an evaluation: one for each field, and <c>--dry-run</c>.</summary>
public static class EvaluationCommandLine
{
    /// <summary>Reads the options over what the script says.</summary>
    /// <exception cref="Core.UserException">An option does not take its value.</exception>
    public static EvaluationCommand Parse(EvaluationPlan plan, IReadOnlyList<string> args)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would be asked, and what the judge would cost." };
        var options = new FieldOptions(plan, EvaluationPlan.AllFields);
        var command = new RootCommand($"The evaluation {plan.Name}.") { dryRun };
        options.AddTo(command);
        command.HelpName = ShellCommand.Before(args) ?? $"{ShellCommand.Svco} eval {plan.Name}.csx";
        var parsed = command.Parse(args);
        return parsed.Action is not null
            ? new EvaluationCommand.Ended(parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }))
            : new EvaluationCommand.Run(FieldOptions.Changed(plan, options.Given(parsed).Values), parsed.GetValue(dryRun));
    }
}
