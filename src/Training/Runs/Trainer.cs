using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Models;

namespace SVco.Training;

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

    /// <summary>Trains from the optimiser's step to the end, or until it is asked to stop, which it does between two steps or two batches of a validation.</summary>
    /// <param name="stop">Asks it to stop.</param>
    /// <param name="evaluated">
    /// Whether the validation that may be due after the optimiser's step has been made; a run that was killed in its midst has not.
    /// </param>
    /// <exception cref="UserException">A loss or a gradient is not finite; the batch's pairs are named and nothing was updated.</exception>
    public IEnumerable<TrainingEvent> Run(CancellationToken stop, bool evaluated = true)
    {
        var first = Optimizer.Steps;
        using var batches = _job.Loaded(_plan.Skip(first).SelectMany(step => step.MicroBatches).Select(Pairs), _job.Objective.Cells())
            .GetEnumerator();
        var due = !evaluated && IsEvaluatedAfter(first);
        for (var step = first; due || step < Steps; step++)
        {
            if (due)
            {
                var evaluation = Evaluate(stop);
                yield return evaluation;
                if (evaluation is TrainingEvent.Interrupted || step == Steps)
                {
                    yield break;
                }
            }

            if (stop.IsCancellationRequested)
            {
                yield return new TrainingEvent.Interrupted(step);
                yield break;
            }

            yield return Step(_plan[step], batches);
            due = IsEvaluatedAfter(step + 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Optimizer.Dispose();

    TrainingEvent.Stepped Step(PlannedStep step, IEnumerator<(ImmutableArray<PreparedPair> Pairs, EncodeImages Encode)> batches)
    {
        var (whole, waiting) = (Stopwatch.StartNew(), new Stopwatch());
        var rate = LearningRate.At(_job.Settings, Optimizer.Steps, Steps);
        var micro = step
            .MicroBatches.Select(_ =>
            {
                waiting.Start();
                batches.MoveNext();
                waiting.Stop();
                return Accumulate(batches.Current.Pairs, batches.Current.Encode, 1.0 / step.Divisor);
            })
            .ToArray();
        var (norm, factor) = GradientClipping.Measure(_trainable, _job.Settings.MaxGradientNorm);
        if (!double.IsFinite(norm))
        {
            throw NotFinite($"the gradient is {norm}", step.MicroBatches.SelectMany(examples => Pairs(examples)));
        }

        Optimizer.Step(rate, factor);
        ClearGradients();
        return new TrainingEvent.Stepped(
            Optimizer.Steps,
            Epochs(Optimizer.Steps),
            rate,
            norm,
            micro.Sum(batch => batch.Tokens),
            whole.Elapsed,
            waiting.Elapsed,
            TableMetrics.Mean([.. micro.Select(batch => TableMetrics.Of(_job.Objective, batch.Table))])
        );
    }

    /// <summary>Adds one micro batch's share to the gradients.</summary>
    (LogProbTable Table, long Tokens) Accumulate(ImmutableArray<PreparedPair> batch, EncodeImages encode, double share)
    {
        LogProbTable? table = null;
        _job.Score(
            _job.Model,
            batch,
            _job.Objective.Cells(),
            encode,
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

    bool IsEvaluatedAfter(int steps) =>
        !_job.Validation.IsEmpty && steps > 0 && (steps % _job.Settings.EvaluateEvery == 0 || steps == Steps);

    /// <summary>The validation; asked to stop, it is given up between two batches, and a run that goes on makes it.</summary>
    TrainingEvent Evaluate(CancellationToken stop)
    {
        var cells = _job.Evaluated.Cells();
        var tables = _job.Loaded(_job.Validation.Chunk(_job.Settings.BatchSize).Select(batch => batch.ToImmutableArray()), cells)
            .Select(batch => Table(_job.Evaluated, batch.Pairs, _job.Score(_job.Model, batch.Pairs, cells, batch.Encode)))
            .TakeWhile(_ => !stop.IsCancellationRequested)
            .Select(table => TableMetrics.Of(_job.Evaluated, table))
            .ToImmutableArray();
        return stop.IsCancellationRequested
            ? new TrainingEvent.Interrupted(Optimizer.Steps)
            : new TrainingEvent.Evaluated(Optimizer.Steps, TableMetrics.EvaluationMean(tables));
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

    ImmutableArray<PreparedPair> Pairs(ImmutableArray<int> examples) => [.. examples.Select(index => _job.Train[index])];

    double Epochs(int steps) => (double)_plan.Take(steps).Sum(step => step.MicroBatches.Sum(batch => batch.Length)) / _job.Train.Length;

    UserException NotFinite(string what, IEnumerable<PreparedPair> pairs) =>
        new(
            $"Step {Optimizer.Steps + 1} of {Steps}: {what}. The weights were not changed. Look at the pairs "
                + $"{string.Join(", ", pairs.Select(pair => pair.Pair.Id))}, lower the learning rate, or check the checkpoint for weights that are not finite."
        );
}
