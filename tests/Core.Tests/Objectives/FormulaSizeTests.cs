using SVco.Core.Objectives;
using static SVco.Core.Objectives.Formula;

namespace SVco.Core.Tests.Objectives;

/// <summary>A formula costs as much as it has parts, and has not too many.</summary>
public sealed class FormulaSizeTests
{
    [Fact]
    public void Symmetric_inside_symmetric_ends_with_a_message_and_not_in_a_day()
    {
        var text = string.Concat(Enumerable.Repeat("Symmetric(", 30)) + "Square(r.W.Match)" + new string(')', 30);
        Assert.Contains("more than", Assert.Throws<UserException>(() => Objective.Parse(text)).Message);
    }

    [Fact]
    public void Every_form_of_a_deep_formula_is_as_long_as_the_formula()
    {
        var deep = Enumerable.Range(0, 60).Aggregate(r.W.Match, (inside, _) => 2 * (1 - Square(inside)));
        Assert.InRange(deep.ToMathMl().Length, 1, 60 * 400);
        Assert.InRange(deep.ToLatex().Length, 1, 60 * 100);
        Assert.Equal(deep, Objective.Parse($"{deep}"));
    }
}
