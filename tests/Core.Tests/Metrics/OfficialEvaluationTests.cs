using SVco.Core.Metrics;
using SVco.Core.Objectives;

namespace SVco.Core.Tests;

using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

public class OfficialEvaluationTests
{
    /// <summary>S-VCO with each of its terms on or off.</summary>
    static IEnumerable<Objective> EachPartOfSVco() =>
        from bits in Enumerable.Range(0, 16)
        let betas = Enumerable.Range(0, 4).Select(term => (bits >> term) % 2 * 0.5).ToArray()
        select SVco(betas[0], betas[1], betas[2], betas[3]);

    public static TheoryData<Tokens> TokenSelections => [.. Enum.GetValues<Tokens>()];

    [Theory]
    [MemberData(nameof(TokenSelections))]
    public void SVcos_four_terms_are_reported_over_the_tokens_that_are_trained(Tokens tokens)
    {
        Assert.All(
            EachPartOfSVco().Append(Vco(0.1, 0.2)).Append(2 * Attend(0.1)).Select(objective => objective.Over(tokens)),
            trained =>
            {
                var reported = OfficialEvaluation.Of(trained);
                Assert.Equal(4, reported.Terms().Length);
                // Where nothing is trained there is no selection to follow.
                Assert.Equal(6, reported.Cells().Count(cell => trained.Cells().IsEmpty || cell.Tokens == tokens));
                Assert.Equal(6, reported.Cells().Length);
            }
        );
        Assert.Equal(SVco(0.1, 0.2).Over(tokens), OfficialEvaluation.Of(SVco(0.1, 0.2).Over(tokens)));
    }

    [Fact]
    public void Terms_over_different_tokens_are_all_there_and_the_others_are_reported_over_all_tokens()
    {
        var reported = OfficialEvaluation.Of(Attend(0.1) + Reject(0.2).Over(Tokens.Contrast));
        Assert.Equal(
            [Attend(0.1), Reject(0.2).Over(Tokens.Contrast), Attend(0.1).Swap(), Reject(0.1).Swap()],
            reported.Terms().AsEnumerable()
        );
    }

    [Fact]
    public void What_is_trained_without_a_reference_is_reported_without_one() =>
        Assert.Equal(
            ReferenceFree(Vco(0.5, 0.5) + Attend(0.1).Swap() + Reject(0.1).Swap()).Terms().AsEnumerable(),
            OfficialEvaluation.Of(ReferenceFree(Vco(0.5, 0.5))).Terms().AsEnumerable()
        );

    [Law]
    public bool Evaluating_what_is_evaluated_changes_nothing_more(Objective objective) =>
        OfficialEvaluation.Of(OfficialEvaluation.Of(objective)) == OfficialEvaluation.Of(objective);

    [Law]
    public bool Other_objectives_are_evaluated_as_they_are_trained(Objective objective) =>
        OfficialEvaluation.Of(objective + Dpo(0.1)) == objective + Dpo(0.1);
}
