using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Evaluation.Results;
using SVco.Models;
using SVco.Training;

namespace SVco.Experiments;

// What each field means stands in its attribute.
#pragma warning disable CS1591

/// <summary>
/// An evaluation as a value: models, benchmarks, and how questions are put. Nothing happens before it is run (<see cref="RunAsync"/>). What was
/// answered or judged once is kept under its content, so the same call goes on with an interrupted run.
/// </summary>
public sealed record EvaluationPlan : EvaluationSettings
{
    /// <summary>An evaluation with the usual settings.</summary>
    /// <param name="name">Names the folder.</param>
    public EvaluationPlan(string name)
        : this(name, new EvaluationSettings()) { }

    /// <summary>An evaluation with these settings.</summary>
    /// <param name="name">Names the folder.</param>
    /// <param name="settings">Which benchmarks are asked and how.</param>
    public EvaluationPlan(string name, EvaluationSettings settings)
        : base(settings) => Name = name;

    [Field("Names the evaluation's folder.")]
    public string Name { get; init; }

    [Field("The models as NAME=FOLDER or NAME=HUB-ID; the first is the base that the others are compared with.")]
    public string[] Models { get; init; } = [];

    [Field(
        "A run's folder: its base model first, then the checkpoints that it kept (train.keep_every) and the finished model. The one with the highest average improvement is named."
    )]
    public string? Checkpoints { get; init; }

    [Field(
        "The share of each benchmark's items that chooses the checkpoint; the scores on the others are then no choice's. Without it all items choose, as in the paper.",
        Above = 0,
        Below = 1
    )]
    public double? ChooseOn { get; init; }

    [Field(
        "A JSON file of contrast pairs: the perplexity of each caption beside its own image, beside the other, and without one (Fig. 2)."
    )]
    public string? Captions { get; init; }

    [Field("The precision of the weights and matrix products.")]
    public Precision Precision { get; init; } = Precision.Float32;

    [Field("The precision of the vision tower; the same as that of the rest when not given.")]
    public Precision? VisionPrecision { get; init; }

    [Field("Ask only part i of n, as i/n; a run without it then puts the parts together.", IsMachineSetting = true)]
    public string? Shard { get; init; }

    [Field("auto, cpu, cuda or cuda:N; auto takes cuda when there is one.", IsMachineSetting = true)]
    public string Device { get; init; } = "auto";

    [Field("The folder; runs/eval/NAME when not given.", IsMachineSetting = true)]
    public string? Output { get; init; }

    /// <summary>What a person types to do it again, for the report; null makes it from the fields.</summary>
    public string? Command { get; init; }

    /// <summary>The fields of every evaluation.</summary>
    internal static ImmutableArray<Field> AllFields { get; } = Field.AllOf(typeof(EvaluationPlan));

    /// <summary>How its models are loaded.</summary>
    internal LoadOptions LoadOptions =>
        new ModelSpec("") { Precision = Precision, VisionPrecision = VisionPrecision }.LoadOptions(Devices.Parse(Device));

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
