using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Training.Distributed;

namespace SVco.Experiments;

// What each field means stands in its attribute.
#pragma warning disable CS1591

/// <summary>
/// An experiment as a value: a base model, an objective, data, training settings, and what the machine gives to it. Nothing happens before
/// it is run (<see cref="RunAsync(bool, IProgress{RunEvent}?, CancellationToken)"/>). Each field has a dotted name, see <see cref="Fields"/>.
/// </summary>
/// <param name="Name">Names the run's folder.</param>
public sealed record Experiment([property: Field("Names the run's folder.")] string Name)
{
    /// <summary>The base model.</summary>
    public ModelSpec Model { get; init; } = ModelSpec.LlavaInterleave7B;

    [Field("The formula to minimise.")]
    public Objective Objective { get; init; } = Objectives.SVco(0.1, 0.1);

    /// <summary>The pairs to train on and those that the objective is reported on.</summary>
    public ExperimentData Data { get; init; } = new();

    /// <summary>How to train.</summary>
    public TrainSettings Train { get; init; } = new();

    /// <summary>The benchmarks that are asked when the run has come to its end; none where no benchmark is named.</summary>
    public EvaluationSettings Evaluate { get; init; } = new();

    [Field("auto, cpu, cuda or cuda:N; auto takes cuda when there is one.", IsMachineSetting = true)]
    public string Device { get; init; } = "auto";

    [Field(
        "normal, or small: keeps only the inputs of the decoder's layers and computes each layer again in the backward pass. The results are the same.",
        IsMachineSetting = true
    )]
    public Memory Memory { get; init; } = Memory.Normal;

    [Field(
        "The most tokens that go through the model together. Fewer save memory only where memory is small: 1 means one tree (the responses under one image) after the other.",
        From = 1,
        Unit = "tokens",
        IsMachineSetting = true
    )]
    public int TokenBudget { get; init; } = new Training.PackedScoring().TokenBudget;

    [Field(
        "Disk for the image features of a frozen vision tower, shared by all runs; 0 for none.",
        From = 0,
        Unit = "GB",
        IsMachineSetting = true
    )]
    public double FeatureCache { get; init; } = 10;

    [Field("The run's folder; runs/NAME when not given.", IsMachineSetting = true)]
    public string? Output { get; init; }

    /// <summary>Whether the bundled checkpoint and pairs stand in where neither a model nor pairs are named (<see cref="ExperimentWords.OrTiny"/>).</summary>
    public bool CanBeTiny { get; init; }

    /// <summary>The fields of every experiment.</summary>
    internal static ImmutableArray<Field> AllFields { get; } = Field.AllOf(typeof(Experiment));

    /// <summary>All fields with their values.</summary>
    public IEnumerable<FieldValue> Fields => AllFields.Select(one => new FieldValue(one, one.Get(this)));

    /// <summary>The value of a field.</summary>
    /// <param name="path">Its dotted name, such as <c>train.learning_rate</c>.</param>
    /// <exception cref="UserException">There is no such field; the message names near ones.</exception>
    public object? this[string path] => FieldNames.Find(path).Get(this);

    /// <summary>The experiment with another value of a field.</summary>
    /// <param name="path">Its dotted name, such as <c>train.learning_rate</c>.</param>
    /// <param name="value">A value or its text; null or <c>none</c> where the field is to have none.</param>
    /// <exception cref="UserException">There is no such field, or it does not take the value.</exception>
    public Experiment With(string path, object? value) => FieldNames.Find(path).With(this, value);

    /// <summary>Its fields as YAML, which <see cref="FromYaml"/> reads; defaults stand there too.</summary>
    public string ToYaml() => ExperimentYaml.Write(this, ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>The experiment of a YAML text, such as a run's <c>experiment.yaml</c>; a field that is not there has its default.</summary>
    /// <exception cref="UserException">A field does not exist or does not take its value; the message says where.</exception>
    public static Experiment FromYaml(string text) => ExperimentYaml.Read(text).Experiment;

    /// <summary>Runs the experiment to its finished checkpoint; the same call goes on with an interrupted run.</summary>
    /// <param name="restart">Throws away what an earlier run left in the folder.</param>
    /// <param name="progress">Is told what happens, on the thread where it happens.</param>
    /// <param name="stop">Asks the run to save its state and end.</param>
    /// <exception cref="UserException">Something the person can mend: a file, a field.</exception>
    public Task<RunResult> RunAsync(bool restart = false, IProgress<RunEvent>? progress = null, CancellationToken stop = default) =>
        RunAsync(Collectives.OfProcess, restart, progress, stop);

    /// <summary>The same as one of several ranks, which all run it; rank 0 alone tells and writes.</summary>
    internal Task<RunResult> RunAsync(ICollective ranks, bool restart, IProgress<RunEvent>? progress, CancellationToken stop) =>
        new ExperimentRun(this, new RunProgress(ranks.Rank == 0 ? progress : null), stop, ranks).RunAsync(restart);

    /// <inheritdoc/>
    public override string ToString() => ToYaml();

    /// <summary>This experiment when the value of each field makes sense.</summary>
    /// <exception cref="UserException">One does not; the message names it.</exception>
    public Experiment Validated()
    {
        foreach (var field in AllFields)
        {
            field.CheckIn(this, field.Path);
        }

        FolderName.Require("experiment", Name);
        return Objective.Cells().IsEmpty
            ? throw new UserException(
                $"The objective {Objective} has no log-probability of the model in it, such as r.W.Match, so that there is nothing to train."
            )
            : this;
    }

    /// <summary>The folder that a run writes to.</summary>
    internal string Folder => Output ?? Path.Combine("runs", Name);

    /// <summary>Whether a field is one of the evaluation's, which comes after the run and is no part of it.</summary>
    internal static bool IsOfEvaluation(Field field) => field.Path.StartsWith("evaluate.", StringComparison.Ordinal);

    /// <summary>
    /// The evaluation that follows the run: the base model, the checkpoints that the run kept and the finished model; in the run's folder. Null
    /// where no benchmark is named.
    /// </summary>
    internal EvaluationPlan? Evaluation =>
        Evaluate.IsAsked
            ? new EvaluationPlan(Name, Evaluate)
            {
                Checkpoints = Folder,
                Precision = Model.Precision,
                VisionPrecision = Model.VisionPrecision,
                Device = Device,
                Output = Path.Combine(Folder, "evaluation"),
            }
            : null;

    /// <summary>The formula reported on validation pairs.</summary>
    internal Objective EvaluatedObjective => Train.Behaviour == Behaviour.Official ? OfficialEvaluation.Of(Objective) : Objective;
}

/// <summary>A field and its value in an experiment.</summary>
/// <param name="Field">Path, type, meaning, unit and range.</param>
/// <param name="Value">Null when it has none.</param>
public sealed record FieldValue(Field Field, object? Value)
{
    /// <summary>The value as text.</summary>
    public string Text => FieldText.Of(Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Field} = {Text}  ({Field.Expected})  {Field.About.Help}";
}

/// <summary>What a step's activations may take.</summary>
public enum Memory
{
    /// <summary>All that the backward pass needs is kept.</summary>
    Normal,

    /// <summary>
    /// Only the inputs of the decoder's layers are kept, each layer runs again for its gradients, and freed blocks go back to the system at
    /// once.
    /// </summary>
    Small,
}
