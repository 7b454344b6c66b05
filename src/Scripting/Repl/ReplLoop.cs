using SVco.Scripting.Host;

namespace SVco.Scripting.Repl;

/// <summary>Reads, runs, prints, again.</summary>
/// <param name="session">What was entered so far.</param>
/// <param name="reader">Gives the inputs.</param>
/// <param name="print">Shows a value.</param>
/// <param name="error">Shows what went wrong.</param>
/// <param name="describe">Says what is known of a name.</param>
sealed class ReplLoop(ReplSession session, ILineReader reader, Action<object> print, Action<string> error, Func<string, string?> describe)
{
    const int MostErrors = 5;

    readonly ScriptHostOptions options = ScriptHostOptions.FromEnvironment();

    /// <summary>Takes inputs to their end.</summary>
    /// <param name="first">Inputs that come before the first that is read.</param>
    /// <param name="begun">The prelude's outcome, which may still be under way while the first input is entered.</param>
    /// <returns>Whether all went well.</returns>
    public bool Run(IEnumerable<string> first, Task<ReplOutcome> begun)
    {
        var isWell = true;
        foreach (var input in first.Concat(Inputs()).Where(input => input.Trim().Length > 0))
        {
            if (!(begun.IsCompletedSuccessfully && begun.Result is ReplOutcome.Done) && !Tell(begun.GetAwaiter().GetResult()))
            {
                return false;
            }

            switch (input.Trim().Split(' ', 2, StringSplitOptions.TrimEntries))
            {
                case ["#quit" or "#exit"]:
                    return isWell;
                case ["#help"]:
                    Console.WriteLine(ReplText.Help);
                    break;
                case ["#help", var name]:
                    Console.WriteLine(describe(name) ?? $"Nothing is known of {name}.");
                    break;
                default:
                    isWell &= Enter(input);
                    if (Interrupt.IsEnding)
                    {
                        return false;
                    }

                    break;
            }
        }

        return isWell;
    }

    IEnumerable<string> Inputs()
    {
        while (reader.Read() is { } input)
        {
            yield return input;
        }
    }

    bool Enter(string input)
    {
        using var run = Interrupt.Session();
        return Tell(session.Run(input, print, run));
    }

    bool Tell(ReplOutcome outcome)
    {
        switch (outcome)
        {
            case ReplOutcome.Done(var notRun):
                foreach (var statement in notRun)
                {
                    error($"Loaded, and not run: {statement}");
                }

                return true;
            case ReplOutcome.Refused(var errors):
                foreach (var one in errors.Take(MostErrors))
                {
                    error(ErrorText.Of(one, Show, Console.IsErrorRedirected ? int.MaxValue : Console.WindowWidth));
                }

                if (errors.Length > MostErrors)
                {
                    error($"and {errors.Length - MostErrors} more errors");
                }

                return false;
            case ReplOutcome.Failed(var thrown, var files):
                error(ScriptFailure.Describe(thrown, files, options));
                return false;
            case ReplOutcome.Ended(var goesOn):
                error(goesOn ? "Ended by Ctrl-C; what it was waiting for may go on unseen." : "Ended by Ctrl-C.");
                return false;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    string Show(string path) => ScriptFailure.Show(path, options);
}
