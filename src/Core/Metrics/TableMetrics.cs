using System.Collections.Immutable;
using SVco.Core.Objectives;

namespace SVco.Core.Metrics;

/// <summary>What is logged of one term of an objective, each a mean over the pairs of a batch.</summary>
/// <param name="Name">attend W, reject W, attend L, reject L, preference, visual-conditional, anchor, or the term's formula.</param>
/// <param name="Loss">The term's loss.</param>
/// <param name="Accuracy">The share of pairs whose better cell has the strictly larger reward; null where the term prefers nothing.</param>
/// <param name="Margin">Reward of the better cell minus reward of the worse; null where the term prefers nothing.</param>
/// <param name="Distance">The absolute policy log-ratio of the two cells in nats; null where the term compares no two cells.</param>
public sealed record TermMetrics(string Name, double Loss, double? Accuracy, double? Margin, double? Distance);

/// <summary>What is logged of one cell, each a mean over the pairs of a batch.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Reward">r (log-ratio to the reference; without a reference pi alone): as it is for S-VCO, times beta for DPO and mDPO.</param>
/// <param name="LogProb">The policy's log-probability in nats.</param>
public sealed record CellMetrics(Cell Cell, double Reward, double LogProb);

/// <summary>All numbers that are logged of an objective on a batch, read off its expression.</summary>
/// <param name="Pairs">The number of pairs behind the means.</param>
/// <param name="Loss">The objective's loss.</param>
/// <param name="Terms">Its terms, in order.</param>
/// <param name="Cells">Its policy cells, in order.</param>
public sealed record TableMetrics(int Pairs, double Loss, ImmutableArray<TermMetrics> Terms, ImmutableArray<CellMetrics> Cells)
{
    /// <summary>The metrics of an objective on a batch.</summary>
    /// <exception cref="InvalidOperationException">A cell or length the objective needs is not in the table.</exception>
    public static TableMetrics Of(Objective objective, LogProbTable batch)
    {
        var terms = objective.Terms().Select(term => (Term: term, Preference: Preference.Of(term))).ToImmutableArray();
        var preferences = terms.Select(term => term.Preference).OfType<Preference>().ToImmutableArray();

        // The official S-VCO trainer logs r itself, TRL's DPO and mDPO log beta * r.
        var inNats = preferences.All(preference => preference.ComparesWithNoImage);
        double Scale(Preference? preference) => inNats || preference is null ? 1 : preference.Beta;

        return new(
            batch.Pairs.Length,
            objective.Value(batch),
            [
                .. terms.Select(
                    (term, index) =>
                    {
                        var name = MetricNames.Of(term.Term, term.Preference);
                        var namesakes = terms.Take(index).Count(earlier => MetricNames.Of(earlier.Term, earlier.Preference) == name);
                        return OfTerm(
                            namesakes == 0 ? name : $"{name} ({namesakes + 1})",
                            term.Term,
                            term.Preference,
                            Scale(term.Preference),
                            batch
                        );
                    }
                ),
            ],
            [
                .. objective
                    .Cells()
                    .Select(cell =>
                        OfCell(cell, Scale(preferences.FirstOrDefault(one => one.BetterCell == cell || one.WorseCell == cell)), batch)
                    ),
            ]
        );
    }

    /// <summary>The plain mean over micro batches, as the official trainer logs a step (the batches may differ in size).</summary>
    /// <param name="microBatches">At least one; all of the same objective.</param>
    public static TableMetrics Mean(IReadOnlyCollection<TableMetrics> microBatches)
    {
        var first = microBatches.FirstOrDefault() ?? throw new ArgumentException("There is no micro batch.", nameof(microBatches));
        double? MeanOf(Func<TableMetrics, double?> number) => microBatches.Average(number);

        return new(
            microBatches.Sum(micro => micro.Pairs),
            microBatches.Average(micro => micro.Loss),
            [
                .. first.Terms.Select(
                    (term, index) =>
                        new TermMetrics(
                            term.Name,
                            microBatches.Average(micro => micro.Terms[index].Loss),
                            MeanOf(micro => micro.Terms[index].Accuracy),
                            MeanOf(micro => micro.Terms[index].Margin),
                            MeanOf(micro => micro.Terms[index].Distance)
                        )
                ),
            ],
            [
                .. first.Cells.Select(
                    (cell, index) =>
                        new CellMetrics(
                            cell.Cell,
                            microBatches.Average(micro => micro.Cells[index].Reward),
                            microBatches.Average(micro => micro.Cells[index].LogProb)
                        )
                ),
            ]
        );
    }

    /// <summary>The mean over the micro batches of an evaluation: as <see cref="Mean"/>, but the loss is the mean over pairs.</summary>
    /// <param name="microBatches">At least one; all of the same objective.</param>
    public static TableMetrics EvaluationMean(IReadOnlyCollection<TableMetrics> microBatches) =>
        Mean(microBatches) with
        {
            Loss = microBatches.Sum(micro => micro.Loss * micro.Pairs) / microBatches.Sum(micro => micro.Pairs),
        };

    static TermMetrics OfTerm(string name, Objective term, Preference? preference, double scale, LogProbTable batch)
    {
        double? MeanOf(Func<ScoredPair, Preference, double> number) =>
            preference is null ? null : batch.Pairs.Average(pair => number(pair, preference));

        return new(
            name,
            term.Value(batch),
            MeanOf((pair, one) => one.Better.Value(pair) > WorseReward(one, pair) ? 1 : 0),
            MeanOf((pair, one) => scale * (one.Better.Value(pair) - WorseReward(one, pair))),
            preference?.WorseCell is { } worse
                ? batch.Pairs.Average(pair =>
                    Math.Abs(pair.LogProb(ModelRole.Policy, preference.BetterCell) - pair.LogProb(ModelRole.Policy, worse))
                )
                : null
        );
    }

    static double WorseReward(Preference preference, ScoredPair pair) => preference.Worse?.Value(pair) ?? 0;

    static CellMetrics OfCell(Cell cell, double scale, LogProbTable batch) =>
        new(
            cell,
            scale * batch.Pairs.Average(pair => pair.LogProb(ModelRole.Policy, cell) - pair.Reference.GetValueOrDefault(cell)),
            batch.Pairs.Average(pair => pair.LogProb(ModelRole.Policy, cell))
        );
}
