using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;
using SVco.Experiments;
using SVco.Files;
using SVco.Scripting.Printing;

namespace SVco.Scripting;

/// <summary>The words that begin something in a script, in the REPL and in a file-based program.</summary>
public static class ScriptWords
{
    /// <summary>An experiment of the paper's defaults.</summary>
    /// <param name="name">The name of its folder below <c>runs</c>.</param>
    /// <exception cref="Core.UserException">The name cannot be that of a folder.</exception>
    public static Experiment Experiment(string name) => new(name);

    /// <summary>The experiment of a run's <c>experiment.yaml</c>, to be run again or changed.</summary>
    /// <exception cref="Core.UserException">The file is missing or is no experiment.</exception>
    public static Experiment ExperimentFrom(string yamlFile) => Experiments.Experiment.FromYaml(TextFile.Read(yamlFile));

    /// <summary>The paper's eight benchmarks, asked of a row of models.</summary>
    /// <param name="name">The name of its folder below <c>runs/eval</c>.</param>
    public static EvaluationPlan Evaluation(string name) => new(name);

    /// <summary>Several experiments whose models are asked the same benchmarks.</summary>
    public static ExperimentTable Table(string name, params Experiment[] rows) => new(name) { Rows = [.. rows] };

    /// <summary>A benchmark of one's own, from a table of questions and answers (.jsonl, .csv, .tsv or .parquet).</summary>
    /// <exception cref="Core.UserException">The file cannot be read as questions; the message says where.</exception>
    public static Benchmark Benchmark(string name, string file, OwnSettings? settings = null) => Own.Read(name, file, settings);

    /// <summary>Shows a value as the REPL does.</summary>
    public static void Print(object value) => Printer.Print(value);
}
