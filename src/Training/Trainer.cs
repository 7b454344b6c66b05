using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Models;

namespace SVco.Training;

/// <summary>Everything a training run needs, the files it writes to aside.</summary>
/// <param name="Model">The policy; its trainable parameters require gradients.</param>
/// <param name="Objective">The formula to minimise.</param>
/// <param name="Evaluated">The formula to report on validation pairs, of at least the objective's cells; see <see cref="OfficialEvaluation"/>.</param>
/// <param name="Train">The training pairs, at least one.</param>
/// <param name="Validation">The validation pairs; may be empty.</param>
/// <param name="Settings">Learning rate, batch sizes and the like.</param>
/// <param name="EncodeImages">Gives the vision features of images.</param>
/// <param name="Score">How the table is scored.</param>
public sealed record TrainingJob(
    Llava Model,
    Objective Objective,
    Objective Evaluated,
    ImmutableArray<PreparedPair> Train,
    ImmutableArray<PreparedPair> Validation,
    TrainSettings Settings,
    EncodeImages EncodeImages,
    ScoreTable Score
)
{
    /// <summary>All pairs that are scored, each once.</summary>
    public ImmutableArray<PreparedPair> ScoredPairs => [.. Train.Concat(Validation).Distinct()];
}

/// <summary>
/// The loop of four steps: score the table, ask the objective for the cells' weights, backward, update. It yields what happened and
/// writes no file; whoever enumerates it logs and saves between two steps.
/// </summary>
public sealed class Trainer : IDisposable
{
    readonly TrainingJob _job;
    readonly ImmutableDictionary<PreparedPair, ImmutableDictionary<Cell, double>> _reference;
    readonly ImmutableArray<NamedTensor> _trainable;
    readonly ImmutableArray<PlannedStep> _plan;

    /// <summary>Starts at step 0 with a fresh optimiser.</summary>
    /// <param name="job">What to train on what.</param>
    /// <param name="trainable">The parameters to update: the model's own or its adapter's.</param>
    /// <param name="reference">The reference's log-probabilities of every training and validation pair; see <see cref="ReferenceScoring"/>.</param>
    public Trainer(
        TrainingJob job,
        IReadOnlyList<NamedTensor> trainable,
        ImmutableDictionary<PreparedPair, ImmutableDictionary<Cell, double>> reference
    )
    {
        (_job, _reference) = (job, reference);
        _trainable = [.. trainable];
        _plan = StepPlan.Steps(job.Train.Length, job.Settings);
        Optimizer = new AdamW(
            _trainable,
            name => WeightDecay.Applies(name, job.Model.Config.Text.ModelType, job.Settings.Behaviour),
            job.Settings
        );
    }

    /// <summary>The optimiser; its moments and step count are the run's state beside the weights.</summary>
    public AdamW Optimizer { get; }

    /// <summary>The number of steps of the whole run.</summary>
    public int Steps => _plan.Length;

    /// <summary>Trains from the optimiser's step to the end, or until it is asked to stop, which it does between two steps.</summary>
    /// <exception cref="UserException">A loss or a gradient is not finite; the batch's pairs are named and nothing was updated.</exception>
    public IEnumerable<TrainingEvent> Run(CancellationToken stop)
    {
        for (var step = Optimizer.Steps; step < Steps; step++)
        {
            if (stop.IsCancellationRequested)
            {
                yield return new TrainingEvent.Interrupted(step);
                yield break;
            }

            yield return Step(_plan[step]);
            if (!_job.Validation.IsEmpty && ((step + 1) % _job.Settings.EvaluateEvery == 0 || step + 1 == Steps))
            {
                yield return Evaluate();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Optimizer.Dispose();

    TrainingEvent.Stepped Step(PlannedStep step)
    {
        var rate = LearningRate.At(_job.Settings, Optimizer.Steps, Steps);
        var micro = step
            .MicroBatches.Select(examples => Accumulate([.. examples.Select(index => _job.Train[index])], 1.0 / step.Divisor))
            .ToArray();
        var (norm, factor) = GradientClipping.Measure(_trainable, _job.Settings.MaxGradientNorm);
        if (!double.IsFinite(norm))
        {
            throw NotFinite(
                $"the gradient is {norm}",
                step.MicroBatches.SelectMany(examples => examples).Select(index => _job.Train[index])
            );
        }

        Optimizer.Step(rate, factor);
        ClearGradients();
        return new TrainingEvent.Stepped(
            Optimizer.Steps,
            Epochs(Optimizer.Steps),
            rate,
            norm,
            micro.Sum(batch => batch.Tokens),
            TableMetrics.Mean([.. micro.Select(batch => TableMetrics.Of(_job.Objective, batch.Table))])
        );
    }

    /// <summary>Adds one micro batch's share to the gradients.</summary>
    (LogProbTable Table, long Tokens) Accumulate(ImmutableArray<PreparedPair> batch, double share)
    {
        LogProbTable? table = null;
        _job.Score(
            _job.Model,
            batch,
            _job.Objective.Cells(),
            _job.EncodeImages,
            policy =>
            {
                table = Table(_job.Objective, batch, policy);
                var loss = _job.Objective.Value(table);
                return double.IsFinite(loss)
                    ?
                    [
                        .. _job
                            .Objective.Gradient(table)
                            .Select(cells => cells.ToImmutableDictionary(cell => cell.Key, cell => cell.Value * share)),
                    ]
                    : throw NotFinite($"the loss is {loss}", batch);
            }
        );
        return (table!, batch.Sum(pair => pair.TokenCount(_job.Objective.Cells(), _job.Model.ImageTokens)));
    }

    TrainingEvent.Evaluated Evaluate()
    {
        var batches = _job
            .Validation.Chunk(_job.Settings.BatchSize)
            .Select(batch => Table(_job.Evaluated, [.. batch], _job.Score(_job.Model, batch, _job.Evaluated.Cells(), _job.EncodeImages)))
            .Select(table => TableMetrics.Of(_job.Evaluated, table));
        return new TrainingEvent.Evaluated(Optimizer.Steps, TableMetrics.EvaluationMean([.. batches]));
    }

    LogProbTable Table(Objective objective, ImmutableArray<PreparedPair> batch, IReadOnlyList<ImmutableDictionary<Cell, double>> policy) =>
        new([
            .. batch.Zip(
                policy,
                (pair, cells) => new ScoredPair(cells, _reference.GetValueOrDefault(pair, []), pair.Lengths(objective.Lengths()))
            ),
        ]);

    void ClearGradients()
    {
        foreach (var parameter in _trainable)
        {
            parameter.Value.grad = null;
        }
    }

    double Epochs(int steps) => (double)_plan.Take(steps).Sum(step => step.MicroBatches.Sum(batch => batch.Length)) / _job.Train.Length;

    UserException NotFinite(string what, IEnumerable<PreparedPair> pairs) =>
        new(
            $"Step {Optimizer.Steps + 1} of {Steps}: {what}. The weights were not changed. Look at the pairs "
                + $"{string.Join(", ", pairs.Select(pair => pair.Pair.Id))}, lower the learning rate, or check the checkpoint for weights that are not finite."
        );
}
