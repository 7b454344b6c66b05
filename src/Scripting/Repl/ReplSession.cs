using System.Collections.Immutable;
using System.Runtime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using SVco.Experiments;
using SVco.Scripting.Host;

namespace SVco.Scripting.Repl;

/// <summary>
/// What was entered so far: each input goes on with the variables, functions and usings of those before it, the first of which is the
/// prelude that scripts begin with. An input that does not compile or is ended leaves the session as it was.
/// </summary>
/// <param name="folder">Relative paths of <c>#load</c> and <c>#r</c> begin here.</param>
sealed class ReplSession(string folder)
{
    /// <summary>How long an input may take to end, in milliseconds, before the session goes on without it.</summary>
    const int Patience = 1000;

    readonly ReplSources sources = new(folder);
    ScriptState<object>? state;

    /// <summary>The prelude's file.</summary>
    public static string Prelude => Repository.Prelude;

    /// <summary>What inputs are compiled with.</summary>
    public ScriptOptions Options => field ??= ScriptCompiler.Options(sources, new ScriptReferences(folder));

    /// <summary>The inputs that ran, the prelude first.</summary>
    public ImmutableArray<string> Inputs { get; private set; } = [];

    /// <summary>Begins with the prelude.</summary>
    public ReplOutcome Begin()
    {
        var outcome = Run($"#load \"{Prelude.Replace('\\', '/')}\"", _ => { }, Interrupt.Session());
        sources.NotRun.Clear();
        return outcome;
    }

    /// <summary>Compiles an input and runs it to its end, or to that of <paramref name="run"/>.</summary>
    /// <param name="input">C# or a directive.</param>
    /// <param name="print">Is given the input's value where it has one; it ends with the run too, since an endless sequence is a value.</param>
    /// <param name="run">Told of Ctrl-C.</param>
    public ReplOutcome Run(string input, Action<object> print, SessionRun run)
    {
        sources.NotRun.Clear();
        try
        {
            var script = state is null
                ? CSharpScript.Create<object>(input, Options, typeof(ScriptGlobals))
                : state.Script.ContinueWith<object>(input, Options);
            var errors = ScriptCompiler.Errors(script.Compile(run.Ended)).ToImmutableArray();
            if (!errors.IsEmpty)
            {
                return new ReplOutcome.Refused(errors);
            }

            return Run(script, print, run);
        }
        catch (OperationCanceledException) when (run.Ended.IsCancellationRequested)
        {
            return new ReplOutcome.Ended(GoesOn: false);
        }
    }

    ReplOutcome Run(Script<object> script, Action<object> print, SessionRun run)
    {
        var execution = Execution(script, print, run.Aborted);
        try
        {
            // Before it has begun to wait for something it can be ended, and otherwise be left alone.
            execution.Wait(run.Ended);
        }
        catch (OperationCanceledException) when (!execution.Wait(Patience))
        {
            return new ReplOutcome.Ended(GoesOn: true);
        }
        catch (Exception error) when (error is OperationCanceledException or AggregateException) { }

        if (!execution.IsCompletedSuccessfully)
        {
            return execution.Exception?.InnerException is { } unexpected && !run.Ended.IsCancellationRequested
                ? new ReplOutcome.Failed(unexpected, [])
                : new ReplOutcome.Ended(GoesOn: false);
        }

        // What was declared before a failure stays.
        (state, var failure) = execution.Result;
        Inputs = Inputs.Add(script.Code);
        return failure switch
        {
            null => new ReplOutcome.Done([.. sources.NotRun]),
            OperationCanceledException when run.IsInterrupted => new ReplOutcome.Ended(GoesOn: false),
            _ => new ReplOutcome.Failed(failure, [.. sources.Read.Select(source => source.Path)]),
        };
    }

    /// <summary>Runs a compiled input and prints its value, on a thread of its own where it may be ended anywhere.</summary>
    Task<(ScriptState<object> State, Exception? Failure)> Execution(Script<object> script, Action<object> print, CancellationToken aborted)
    {
        return Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

        async Task<(ScriptState<object>, Exception?)> Run()
        {
            var next = await Controlled(() =>
                state is null ? script.RunAsync(new ScriptGlobals([]), _ => true) : script.RunFromAsync(state, _ => true)
            );
            if (next.ReturnValue is not { } value || !IsExpression(script))
            {
                return (next, next.Exception);
            }

            try
            {
                return Controlled(() =>
                {
                    print(value);
                    return (next, next.Exception);
                });
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                return (next, error);
            }
        }

        // Code that does not look at Ctrl-C can be ended in no other way; the compiler has done its work before.
#pragma warning disable SYSLIB0046
        T Controlled<T>(Func<T> action)
        {
            var result = default(T)!;
            ControlledExecution.Run(() => result = action(), aborted);
            return result;
        }
#pragma warning restore SYSLIB0046
    }

    /// <summary>Whether the last statement is an expression without a semicolon, or gives a value back.</summary>
    static bool IsExpression(Script script) => ReplInput.EndsInValue(script.GetCompilation().SyntaxTrees.Last());
}
