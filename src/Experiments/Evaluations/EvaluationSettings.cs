using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Fields;

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

/// <summary>Which benchmarks are asked and how: what an evaluation of its own and the evaluation of an experiment have in common.</summary>
public record EvaluationSettings
{
    [Field("Names of benchmarks; all eight of the paper when not given.")]
    public string[] Benchmarks { get; init; } = [];

    /// <summary>Whether an experiment is to be evaluated.</summary>
    internal bool IsAsked => Benchmarks.Length > 0 || !Own.IsEmpty;

    /// <summary>Refuses settings that would not count because of another one.</summary>
    /// <exception cref="UserException">There is such a setting.</exception>
    internal void Check()
    {
        Require(Runs == 1 || Temperature is not null, "runs: without a temperature every answer to a question is the same; give one");
        Require(TopP == 1 || Temperature is not null, "top_p counts only with a temperature; give one, or leave top_p away");
        Require(
            (JudgeInputPrice is null && JudgeOutputPrice is null)
                || (JudgeInputPrice is not null && JudgeOutputPrice is not null && JudgeModel is not null),
            "judge_input_price and judge_output_price are prices of judge_model; give all three, or none of the prices"
        );

        static void Require(bool holds, string what)
        {
            if (!holds)
            {
                throw new UserException($"{what}.");
            }
        }
    }

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

    [Field("Who judges what no rule can grade: server, or recorded (only replies that were paid for before).")]
    public JudgedBy Judge { get; init; } = JudgedBy.Server;

    [Field("The model that judges; the one of each benchmark's official script when not given.")]
    public string? JudgeModel { get; init; }

    [Field("A copy of the official S-VCO repository, whose judges' prompts are then used; without it SVco's own, which every table says.")]
    public string? JudgePrompts { get; init; }

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

    [Field("Calls to the judge that are begun in a minute, at most.", From = 1, IsMachineSetting = true)]
    public int JudgeCallsPerMinute { get; init; } = new Evaluation.Judges.JudgeSettings().CallsPerMinute;

    [Field("Recorded replies to begin with: the judge.journal of another evaluation.", IsMachineSetting = true)]
    public string? JudgeReplies { get; init; }

    [Field(
        "Where the first model's answers and verdicts lie, so that several evaluations which have it in common ask and judge it once; in the evaluation's own folder when not given.",
        IsMachineSetting = true
    )]
    public string? BaseAnswers { get; init; }

    [Field("The most answers that are written at a time.", From = 1, IsMachineSetting = true)]
    public int Batch { get; init; } = new Evaluation.Answers.AskSettings().Batch;
}
