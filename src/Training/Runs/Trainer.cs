using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core;
using SVco.Core.Metrics;
using SVco.Core.Training;
using SVco.Models;

namespace SVco.Training;

/// <summary>
/// The loop of four steps: score the table, ask the objective for the cells' weights, backward, update. It yields what happened and
/// writes no file; whoever enumerates it logs and saves between two steps.
/// </summary>
public sealed class Trainer : IDisposable
{
    readonly TrainingSetup _job;
    readonly ReferenceTable _reference;
    readonly SharedBatches _shared;
    readonly TrainingStep _step;
    readonly ImmutableArray<PlannedStep> _plan;

    /// <summary>Starts at step 0 with a fresh optimiser.</summary>
    /// <param name="job">What to train on what.</param>
    /// <param name="parameters">The model's own or its adapter's; those that require gradients are updated.</param>
    /// <param name="reference">The reference's log-probabilities of the job's pairs; see <see cref="ReferenceScoring"/>.</param>
    public Trainer(TrainingSetup job, IEnumerable<NamedTensor> parameters, ReferenceTable reference)
    {
        (_job, _reference, _shared) = (job, reference, new SharedBatches(job));
        _plan = [.. StepPlan.Steps(job.Train.Length, job.Settings).Select(_shared.LongestFirst)];
        Optimizer = new Optimizer(
            parameters,
            name => job.Model.Config.HasWeightDecay(name, job.Settings.Behaviour),
            job.Settings,
            job.Ranks
        );
        _step = new TrainingStep(job.Model, job.Objective, job.Scoring, Optimizer);
    }

    /// <summary>The optimiser; its moments and step count are the run's state beside the weights.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The number of steps of the whole run.</summary>
    public int Steps => _plan.Length;

    /// <summary>Trains from the optimiser's step to the end, or until it is asked to stop, which it does between two steps or two batches of a validation.</summary>
    /// <param name="stop">Asks it to stop.</param>
    /// <param name="evaluated">
    /// Whether the validation that is due after the optimiser's current step is in the log already; if not, as after a kill, it is made first.
    /// </param>
    /// <exception cref="UserException">A loss or a gradient is not finite; the batch's pairs are named and nothing was updated.</exception>
    public IEnumerable<TrainingEvent> Run(CancellationToken stop, bool evaluated = true)
    {
        var first = Optimizer.Steps;
        using var batches = _job.Batches(_plan.Skip(first).SelectMany(step => _shared.Own(step.MicroBatches)), _job.Objective.Cells())
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

            if (_shared.IsAsked(stop))
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

    TrainingEvent.Stepped Step(PlannedStep step, IEnumerator<PairBatch> batches)
    {
        var (whole, waiting) = (Stopwatch.StartNew(), new Stopwatch());
        var rate = LearningRate.At(_job.Settings, Optimizer.Steps, Steps);
        var own = new List<ScoredBatch>();
        var (waited, sent) = (_job.Ranks.Traffic.Waited, _job.Ranks.Traffic.Bytes);
        foreach (var round in _shared.Rounds(step.MicroBatches.Length))
        {
            if (round.HasBatch)
            {
                waiting.Start();
                batches.MoveNext();
                waiting.Stop();
                var table = _step.Accumulate(batches.Current, _reference, 1.0 / step.Divisor, round.AddsUp || round.IsLastOwn);
                own.Add(ScoredBatch.Of(table, batches.Current.TokenCount(_job.Objective.Cells(), _job.Model.Config)));
            }

            if (round.AddsUp)
            {
                Optimizer.AddGradients();
            }
        }

        // The numbers follow the gradients: all ranks must exchange in one order.
        var norm = Optimizer.GradientNorm();
        var micro = _shared.All(_job.Objective, step.MicroBatches, own, _reference);
        foreach (var (batch, of) in micro.Zip(step.MicroBatches))
        {
            RequireFinite("loss", batch.Metrics.Loss, of.Select(index => _job.Train[index]));
        }

        RequireFinite("gradient", norm, step.MicroBatches.SelectMany(batch => batch.Select(index => _job.Train[index])));
        Optimizer.Update(rate);
        var share = (_job.Ranks.Traffic.Waited - waited) / whole.Elapsed;
        var traffic = _shared.OfAll(share, _job.Ranks.Traffic.Bytes - sent);
        return new TrainingEvent.Stepped(
            Optimizer.Steps,
            Epochs(Optimizer.Steps),
            rate,
            norm,
            micro.Sum(batch => batch.Tokens),
            whole.Elapsed,
            waiting.Elapsed,
            TableMetrics.Mean([.. micro.Select(batch => batch.Metrics)])
        )
        {
            IsReference = IsReferenceAfter(Optimizer.Steps - 1),
            Traffic = traffic,
        };
    }

    bool IsReferenceAfter(int steps) =>
        _job.Objective.NeedsReference && Enumerable.Range(0, steps).All(step => LearningRate.At(_job.Settings, step, Steps) == 0);

    bool IsEvaluatedAfter(int steps) =>
        !_job.Validation.IsEmpty && steps > 0 && (steps % _job.Settings.EvaluateEvery == 0 || steps == Steps);

    /// <summary>The validation; asked to stop, it is given up between two batches, and a run that goes on makes it.</summary>
    TrainingEvent Evaluate(CancellationToken stop)
    {
        var cells = _job.Evaluated.Cells();
        ImmutableArray<ImmutableArray<int>> validation =
        [
            .. Enumerable
                .Range(_job.Train.Length, _job.Validation.Length)
                .Chunk(_job.Settings.BatchSize)
                .Select(batch => batch.ToImmutableArray()),
        ];
        var own = _job.Batches(_shared.Own(validation), cells)
            .Select(batch => new ScoredBatch(_job.Scoring.Score(_job.Model, batch.Pairs, cells, batch.Images), Tokens: 0))
            .TakeWhile(_ => !stop.IsCancellationRequested)
            .ToList();
        return _shared.IsAsked(stop)
            ? new TrainingEvent.Interrupted(Optimizer.Steps)
            : new TrainingEvent.Evaluated(
                Optimizer.Steps,
                TableMetrics.EvaluationMean([.. _shared.All(_job.Evaluated, validation, own, _reference).Select(batch => batch.Metrics)])
            )
            {
                IsReference = IsReferenceAfter(Optimizer.Steps),
            };
    }

    double Epochs(int steps) => (double)_plan.Take(steps).Sum(step => step.MicroBatches.Sum(batch => batch.Length)) / _job.Train.Length;

    void RequireFinite(string what, double value, IEnumerable<PreparedPair> pairs)
    {
        if (!double.IsFinite(value))
        {
            throw new UserException(
                $"Step {Optimizer.Steps + 1} of {Steps}: the {what} is {value}. The weights were not changed. Look at the pairs "
                    + $"{string.Join(", ", pairs.Select(pair => pair.Pair.Id))}, lower the learning rate, or check the checkpoint for weights that are not finite."
            );
        }
    }
}
