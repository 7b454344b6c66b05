using System.CommandLine;
using SVco.Evaluation.Benchmarks;
using SVco.Evaluation.Report.Evaluations;
using SVco.Experiments;
using SVco.Scripting.Host;

namespace SVco.Scripting.Commands;

/// <summary><c>svco eval [FILE.csx] [options]</c> and <c>svco eval --list</c></summary>
static class EvalCommand
{
    public const string Name = "eval";
    const string List = "--list";

    public static Command Create()
    {
        var args = new Argument<string[]>("args")
        {
            Description =
                "A script of an evaluation and its options, or the options alone (--models, --data ...); --help lists them. "
                + "--list [--data ROOT] lists the benchmarks: what each needs, where it comes from, and what is found.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(Name, "Ask models the benchmarks and compare them.") { args };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(args) ?? []));
        return command;
    }

    static Task<int> RunAsync(string[] args) =>
        args.Contains(List) ? Task.FromResult(ListBenchmarks([.. args.Where(arg => arg != List)]))
        : args is [var file, .. var options] && !file.StartsWith('-') ? ScriptHost.RunAsync(file, options)
        : new EvaluationPlan("eval").Run(args);

    static int ListBenchmarks(string[] args)
    {
        var data = new Option<string?>("--data") { Description = "The folder of benchmarks." };
        var command = new RootCommand("The benchmarks.") { data };
        var parsed = command.Parse(args);
        if (parsed.Action is not null)
        {
            return parsed.Invoke();
        }

        Console.Write(BenchmarkList.Text(parsed.GetValue(data) is { } root ? AllBenchmarks.Find(root) : []));
        return 0;
    }
}
