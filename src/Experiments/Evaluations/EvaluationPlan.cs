using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Fields;
using SVco.Evaluation.Results;

namespace SVco.Experiments;

// What each field means stands in its attribute.
#pragma warning disable CS1591

/// <summary>Who judges the answers that no rule can grade.</summary>
public enum JudgedBy
{
    /// <summary>A language model behind an OpenAI-compatible server.</summary>
    Server,

    /// <summary>Replies that an earlier run has recorded. Nothing is asked or paid; what was never judged has no number yet.</summary>
    Recorded,
}

/// <summary>
/// An evaluation as a value: models, benchmarks, and how questions are put. Nothing happens before it is run (<see cref="RunAsync"/>). What was
/// answered or judged once is kept under its content, so the same call goes on with an interrupted run.
/// </summary>
/// <param name="Name">Names the folder.</param>
public sealed record EvaluationPlan([property: Field("Names the evaluation's folder.")] string Name)
{
    [Field("The models as NAME=FOLDER or NAME=HUB-ID; the first is the base that the others are compared with.")]
    public string[] Models { get; init; } = [];

    [Field("The precision of the weights and matrix products.")]
    public Precision Precision { get; init; } = Precision.Float32;

    [Field("Names of benchmarks; all eight of the paper when not given.")]
    public string[] Benchmarks { get; init; } = [];

    /// <summary>Benchmarks of the script's own, asked beside the others.</summary>
    public ImmutableArray<Benchmark> Own { get; init; } = [];

    [Field("The folder of benchmarks; see `svco eval --list`.", IsMachineSetting = true)]
    public string? Data { get; init; }

    [Field(
        "official: prompts, answers and rules as the official scripts have them; corrected: what precedes a response in training, and each benchmark's mended rules first."
    )]
    public Behaviour Behaviour { get; init; } = Behaviour.Official;

    [Field("The most items of each benchmark, drawn by its categories; every table says so.", From = 1)]
    public int? Limit { get; init; }

    [Field("What is drawn (limit, sampling) follows from it.", From = 0)]
    public int Seed { get; init; }

    [Field("Ask everything a second time without the images: how much of a score needs them.")]
    public bool WithoutImages { get; init; }

    [Field("The sampling temperature; without it the most likely token is taken each time.", Above = 0, To = 2)]
    public double? Temperature { get; init; }

    [Field("The share of the likely tokens that is drawn from.", Above = 0, To = 1)]
    public double TopP { get; init; } = 1;

    [Field("How many answers are drawn to each question; more than one needs a temperature.", From = 1, To = 100)]
    public int Runs { get; init; } = 1;

    [Field("Who judges what no rule can grade: server, or recorded (only replies that were paid for before).", Option = "judge")]
    public JudgedBy Judge { get; init; } = JudgedBy.Server;

    [Field("The model that judges; the one of each benchmark's official script when not given.")]
    public string? JudgeModel { get; init; }

    [Field("How often each answer is judged; a judge varies.", From = 1, To = 100)]
    public int JudgeRuns { get; init; } = 1;

    [Field("The judge's server, OpenAI-compatible.", IsMachineSetting = true)]
    public string JudgeUrl { get; init; } = new Evaluation.Judges.JudgeSettings().BaseUrl;

    [Field("The environment variable with the server's key; empty for servers without one.", IsMachineSetting = true)]
    public string JudgeKey { get; init; } = new Evaluation.Judges.JudgeSettings().KeyVariable;

    [Field(
        "The most that judging may cost in this evaluation's folder, all runs together.",
        From = 0,
        Unit = "USD",
        IsMachineSetting = true
    )]
    public double JudgeBudget { get; init; } = 20;

    [Field("A million tokens of a judge's prompt, where the price table lacks the model.", From = 0, Unit = "USD", IsMachineSetting = true)]
    public double? JudgeInputPrice { get; init; }

    [Field("A million tokens of its replies.", From = 0, Unit = "USD", IsMachineSetting = true)]
    public double? JudgeOutputPrice { get; init; }

    [Field("Calls to the judge at one time.", From = 1, To = 1024, IsMachineSetting = true)]
    public int JudgeConcurrency { get; init; } = 8;

    [Field("Recorded replies to begin with: the judge.journal of another evaluation.", IsMachineSetting = true)]
    public string? JudgeReplies { get; init; }

    [Field("Ask only part i of n, as i/n; a run without it then puts the parts together.", IsMachineSetting = true)]
    public string? Shard { get; init; }

    [Field("auto, cpu, cuda or cuda:N; auto takes cuda when there is one.", IsMachineSetting = true)]
    public string Device { get; init; } = "auto";

    [Field("The most answers that are written at a time.", From = 1, IsMachineSetting = true)]
    public int Batch { get; init; } = new Evaluation.Answers.AskSettings().Batch;

    [Field("The folder; runs/eval/NAME when not given.", IsMachineSetting = true)]
    public string? Output { get; init; }

    /// <summary>The fields of every evaluation.</summary>
    internal static ImmutableArray<Field> AllFields { get; } = Field.AllOf(typeof(EvaluationPlan));

    /// <summary>The folder that a run writes to.</summary>
    internal string Folder => Output ?? Path.Combine("runs", "eval", Name);

    /// <summary>Asks, grades and counts; the same call goes on with an interrupted run.</summary>
    /// <param name="dryRun">Only tells what would be asked and what the judge would cost.</param>
    /// <param name="progress">Is told what happens.</param>
    /// <param name="stop">Ends it; what was answered is kept.</param>
    /// <returns>Null after a dry run, and after a part of several (<see cref="Shard"/>).</returns>
    /// <exception cref="UserException">Something the person can mend: a file, a field, a server.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public Task<EvaluationResult?> RunAsync(bool dryRun = false, IProgress<RunEvent>? progress = null, CancellationToken stop = default) =>
        new EvaluationRun(this, new RunProgress(progress), stop).RunAsync(dryRun);
}
