using System.Collections.Immutable;
using SVco.Core.Objectives;

namespace SVco.Core.Tests;

using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

public class CostTests
{
    [Fact]
    public void What_a_step_costs_is_read_off_the_objective()
    {
        Assert.Equal(6, SVco(0.1, 0.1).Cells().Length);
        Assert.Equal(6, SVco(0.1, 0.1).ReferenceCells().Length);
        Assert.Equal(3, Vco(0.1, 0.1).Cells().Length);
        Assert.Equal(["W.Match", "W.Mismatch", "L.Mismatch"], Mdpo(0.1).Cells().Select(cell => cell.ToString()));
        Assert.Equal(["W.Match", "L.Mismatch"], Dpo(0.1).Cells().Select(cell => cell.ToString()));
        Assert.Equal(["W.Match"], Sft().Cells().Select(cell => cell.ToString()));
        Assert.False(Sft().NeedsReference);
        Assert.False(SimPo(2, 0.5).NeedsReference);
        Assert.Equal([(Side.W, Tokens.All)], Sft().Lengths().ToArray());
        Assert.Equal(2, SVco(0.1, 0, 0, 0).Cells().Length);
        Assert.Empty(SVco(0, 0, 0, 0).Cells());
        Assert.Equal(12, (SVco(0.1, 0.1) + SVco(0.1, 0.1).Over(Tokens.Contrast)).Cells().Length);
    }

    [Fact]
    public void A_cell_that_was_not_scored_is_named()
    {
        var pair = new ScoredPair(
            ImmutableDictionary<Cell, double>.Empty.Add(new(Side.W, ImageCondition.Match), -1),
            ImmutableDictionary<Cell, double>.Empty,
            ImmutableDictionary<(Side, Tokens), int>.Empty
        );
        Assert.Contains("W.NoImage", Assert.Throws<InvalidOperationException>(() => pi.W.NoImage.Value(pair)).Message);
        Assert.Contains("reference", Assert.Throws<InvalidOperationException>(() => r.W.Match.Value(pair)).Message);
        Assert.Contains("length", Assert.Throws<InvalidOperationException>(() => length.W.Value(pair)).Message);
    }

    [Theory]
    [InlineData(1e6)]
    [InlineData(-1e6)]
    [InlineData(40)]
    [InlineData(-745)]
    [InlineData(0)]
    public void Losses_and_gradients_are_finite_and_exact_for_huge_margins(double margin)
    {
        var cell = new Cell(Side.W, ImageCondition.Match);
        var pair = new ScoredPair(
            ImmutableDictionary<Cell, double>.Empty.Add(cell, margin),
            ImmutableDictionary<Cell, double>.Empty,
            ImmutableDictionary<(Side, Tokens), int>.Empty
        );
        var loss = -LogSigmoid(pi.W.Match);

        // For margins far from 0 the loss is exp(-margin) or -margin to all digits; the slope is exp(-margin) or 1.
        var expected = margin switch
        {
            > 30 => (Loss: Math.Exp(-margin), Slope: -Math.Exp(-margin)),
            < -30 => (Loss: -margin, Slope: -1.0),
            _ => (Loss: Math.Log(2), Slope: -0.5),
        };
        Assert.True(loss.Value(pair).IsCloseTo(expected.Loss));
        Assert.True(loss.Gradient(new LogProbTable([pair]))[0][cell].IsCloseTo(expected.Slope));
    }
}
