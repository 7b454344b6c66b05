using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using SVco.Core.Objectives;

namespace SVco.Core.Tests;

using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

public class ObjectiveLaws
{
    static readonly ImmutableArray<Objective> Preferences = [Dpo(0.1), VisualConditional(0.2), Anchor(0.1), Attend(0.1), Reject(0.5)];

    [Law]
    public bool SVco_does_not_care_which_side_is_called_W(LogProbTable table) =>
        SVco(0.1, 0.3).Value(table).IsCloseTo(SVco(0.1, 0.3).Value(table.Swap()));

    [Law]
    public bool Symmetric_objectives_do_not_care_which_side_is_called_W(Objective objective, LogProbTable table) =>
        objective.Symmetric().Value(table).IsCloseTo(objective.Symmetric().Value(table.Swap()), scale: Size(objective, table));

    [Law]
    public bool Swapping_the_objective_is_swapping_the_table(Objective objective, LogProbTable table) =>
        objective.Swap().Value(table).Equals(objective.Value(table.Swap()));

    [Law]
    public bool Swap_is_an_involution(Objective objective) => objective.Swap().Swap() == objective;

    [Law]
    public bool Swap_distributes_over_plus(Objective one, Objective other) => (one + other).Swap() == one.Swap() + other.Swap();

    [Law]
    public bool Symmetric_is_idempotent_up_to_the_factor_2(Objective objective, LogProbTable table) =>
        objective.Symmetric().Symmetric().Value(table).IsCloseTo(2 * objective.Symmetric().Value(table), scale: Size(objective, table));

    [Law]
    public bool Every_preference_loss_is_positive(LogProbTable table) => Preferences.All(loss => loss.Value(table) > 0);

    [Law]
    public bool Every_preference_loss_is_log_2_a_term_where_policy_equals_reference(ScoredPair pair) =>
        Preferences
            .Append(Mdpo(0.3))
            .Append(SVco(0.1, 0.2))
            .All(loss => loss.Value(pair with { Policy = pair.Reference }).IsCloseTo(loss.Terms().Length * Math.Log(2)));

    [Law]
    public bool A_constant_on_policy_and_reference_of_one_cell_changes_nothing(ScoredPair pair, PositiveInt shift)
    {
        // Log-probabilities up to 200 and shifts up to 100 are rounded at 1e-14; a margin near 0 is judged against 1e-3.
        ScoredPair Shifted(Cell cell) =>
            pair with
            {
                Policy = pair.Policy.SetItem(cell, pair.Policy[cell] + shift.Get),
                Reference = pair.Reference.SetItem(cell, pair.Reference[cell] + shift.Get),
            };
        return Generators.AllCells.All(cell =>
            Preferences.Append(Ipo(0.5)).All(loss => loss.Value(Shifted(cell)).IsCloseTo(loss.Value(pair), 1e-9, scale: 1e-3))
        );
    }

    [Law]
    public bool The_gradient_is_the_finite_difference(Objective objective, LogProbTable table)
    {
        // A central difference of step h errs by h^2 times the third derivative and by rounding (eps * value / h).
        const double step = 1e-3;
        double Shifted(int pair, Cell cell, double by) =>
            objective.Value(
                new LogProbTable(
                    table.Pairs.SetItem(
                        pair,
                        table.Pairs[pair] with
                        {
                            Policy = table.Pairs[pair].Policy.SetItem(cell, table.Pairs[pair].Policy[cell] + by),
                        }
                    )
                )
            );
        var gradient = objective.Gradient(table);
        var scale = 1 + Size(objective, table) + gradient.SelectMany(cells => cells.Values).Select(Math.Abs).DefaultIfEmpty().Max();
        return Enumerable
            .Range(0, table.Pairs.Length)
            .All(pair =>
                Generators.AllCells.All(cell =>
                    ((Shifted(pair, cell, step) - Shifted(pair, cell, -step)) / (2 * step)).IsCloseTo(
                        gradient[pair].GetValueOrDefault(cell),
                        1e-6,
                        scale
                    )
                )
            );
    }

    [Law]
    public bool The_gradient_has_exactly_the_policy_cells(Objective objective, LogProbTable table) =>
        objective.Gradient(table).All(gradient => gradient.Keys.ToHashSet().SetEquals(objective.Cells()));

    [Law]
    public bool The_value_needs_exactly_the_cells_and_lengths_it_names(Objective objective, ScoredPair pair)
    {
        var trimmed = new ScoredPair(
            pair.Policy.Where(entry => objective.Cells().Contains(entry.Key)).ToImmutableDictionary(),
            pair.Reference.Where(entry => objective.ReferenceCells().Contains(entry.Key)).ToImmutableDictionary(),
            pair.Lengths.Where(entry => objective.Lengths().Contains(entry.Key)).ToImmutableDictionary()
        );
        return objective.Value(trimmed).Equals(objective.Value(pair));
    }

    [Law]
    public bool Attend_plus_Reject_is_at_least_twice_the_loss_of_half_their_summed_margins(LogProbTable table) =>
        Vco(0.1, 0.1).Value(table) >= 2 * (-LogSigmoid(0.5 * (0.1 * (r.W.Match - r.W.Mismatch)))).Value(table) * (1 - 1e-12);

    [Law]
    public bool A_better_margin_never_costs_more(ScoredPair pair, PositiveInt gain)
    {
        ScoredPair Raised(Cell cell, double by) => pair with { Policy = pair.Policy.SetItem(cell, pair.Policy[cell] + by) };
        return Preferences.All(loss =>
            loss.Gradient(new LogProbTable([pair]))[0]
                .All(slope => slope.Value == 0 || loss.Value(Raised(slope.Key, slope.Value < 0 ? gain.Get : -gain.Get)) <= loss.Value(pair))
        );
    }

    [Law]
    public bool Raising_the_better_cell_lowers_the_loss_and_raising_the_worse_one_raises_it(LogProbTable table) =>
        Vco(0.1, 0.1)
            .Gradient(table)
            .All(slopes => slopes[new(Side.W, ImageCondition.Match)] <= 0 && slopes[new(Side.W, ImageCondition.Mismatch)] >= 0);

    [Law]
    public bool The_loss_of_a_batch_is_the_mean_of_the_losses_of_its_pairs(LogProbTable table) =>
        Generators
            .PaperObjectives.Where(objective => objective != Sft())
            .All(objective => objective.Value(table).IsCloseTo(table.Pairs.Average(objective.Value), scale: Size(objective, table)));

    [Law]
    public bool The_values_of_the_pairs_always_average_to_the_loss(Objective objective, LogProbTable table) =>
        objective.PairValues(table).Average().Equals(objective.Value(table));

    [Law]
    public bool The_order_of_the_pairs_does_not_matter(Objective objective, LogProbTable table) =>
        objective.Value(new LogProbTable([.. table.Pairs.Reverse()])).IsCloseTo(objective.Value(table), scale: Size(objective, table));

    [Law]
    public bool Sft_is_the_cross_entropy_of_a_label_token_of_the_batch(LogProbTable table) =>
        Sft()
            .Value(table)
            .IsCloseTo(
                table.Pairs.Sum(pair => -pair.LogProb(ModelRole.Policy, new(Side.W, ImageCondition.Match)))
                    / table.Pairs.Sum(pair => pair.Length(Side.W, Tokens.All))
            );

    [Law]
    public bool The_terms_add_up_to_the_objective(Objective objective, LogProbTable table) =>
        objective.Terms().Sum(term => term.Value(table)).IsCloseTo(objective.Value(table), scale: Size(objective, table));

    [Law]
    public bool Without_a_reference_an_objective_equals_itself_at_a_reference_of_zeros(LogProbTable table) =>
        Generators.PaperObjectives.All(objective =>
            objective
                .ReferenceFree()
                .Value(table)
                .Equals(
                    objective.Value(
                        new LogProbTable([
                            .. table.Pairs.Select(pair =>
                                pair with
                                {
                                    Reference = pair.Reference.ToImmutableDictionary(entry => entry.Key, _ => 0.0),
                                }
                            ),
                        ])
                    )
                ) && !objective.ReferenceFree().NeedsReference
        );

    [Law]
    public bool Over_all_tokens_undoes_over_the_contrast(Objective objective) =>
        objective.Over(Tokens.Contrast).Over(Tokens.All) == objective.Over(Tokens.All)
        && objective.Over(Tokens.Contrast).Cells().All(cell => cell.Tokens == Tokens.Contrast);

    [Law]
    public bool Label_smoothing_of_zero_is_dpo(LogProbTable table) => Dpo(0.1, 0).Value(table).IsCloseTo(Dpo(0.1).Value(table));

    [Law]
    public bool Ipo_is_the_squared_distance_of_the_margin_from_half_the_inverse_of_tau(ScoredPair pair) =>
        Ipo(0.25).Value(pair).IsCloseTo(Math.Pow((r.W.Match - r.L.Mismatch).Value(pair) - 2, 2));

    /// <summary>The size of the numbers that were added up, against which rounding is to be judged.</summary>
    static double Size(Objective objective, LogProbTable table) =>
        new[] { table, table.Swap() }
            .SelectMany(one => objective.PairValues(one).Concat(objective.Terms().SelectMany(term => term.PairValues(one))))
            .Max(Math.Abs);
}
