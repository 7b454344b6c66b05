using System.Globalization;
using System.Reflection;
using SVco.Core.Objectives;

namespace SVco.Core.Tests;

using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

public class FormulaTests
{
    [Law]
    public bool Parsing_the_text_of_an_objective_gives_it_back(Objective objective) =>
        Objective.Parse(objective.ToString()) == objective && Objective.Parse($"({objective})").ToString() == objective.ToString();

    [Fact]
    public void A_users_objective_is_one_line()
    {
        var own = -LogSigmoid(0.1 * (r.W.Match - r.W.Mismatch)) + 0.01 * Square(r.W.Match);

        Assert.Equal("-LogSigmoid(0.1 * (r.W.Match - r.W.Mismatch)) + 0.01 * Square(r.W.Match)", own.ToString());
        Assert.Equal(own, Objective.Parse("-LogSigmoid(0.1*(r.W.Match - r.W.Mismatch))+.01*Square( r.W.Match )"));
    }

    [Fact]
    public void The_texts_of_the_papers_objectives_are_the_papers_formulas()
    {
        Assert.Equal("-LogSigmoid(0.1 * (r.W.Match - r.L.Mismatch))", Dpo(0.1).ToString());
        Assert.Equal(
            "-LogSigmoid(0.1 * (r.W.Match - r.W.NoImage)) + -LogSigmoid(0.2 * (r.W.NoImage - r.W.Mismatch))"
                + " + (-LogSigmoid(0.1 * (r.L.Match - r.L.NoImage)) + -LogSigmoid(0.2 * (r.L.NoImage - r.L.Mismatch)))",
            SVco(0.1, 0.2).ToString()
        );
        Assert.Equal("TokenMean(-pi.W.Match, length.W)", Sft().ToString());
        Assert.Equal("(-LogSigmoid(0.1 * r.W.Match)).Over(Tokens.Contrast)", Anchor(0.1).Over(Tokens.Contrast).ToString());
    }

    [Fact]
    public void Text_does_not_depend_on_the_machines_language()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new() { NumberDecimalSeparator = "," } };
            Assert.Equal("0.5 * pi.W.Match", (0.5 * pi.W.Match).ToString());
            Assert.Equal(Dpo(0.1), Objective.Parse("Dpo(0.1)"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Every_objective_of_the_paper_can_be_named_with_its_arguments_in_order_or_by_name()
    {
        var factories = typeof(SVco.Core.Objectives.Objectives).GetMethods(BindingFlags.Public | BindingFlags.Static);
        Assert.NotEmpty(factories);
        foreach (var factory in factories)
        {
            double[] numbers = [.. factory.GetParameters().Select((_, index) => 0.1 * (index + 1))];
            var expected = (Objective)factory.Invoke(null, [.. numbers.Cast<object>()])!;
            var inOrder = string.Join(", ", numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));
            var byName = string.Join(
                ", ",
                factory
                    .GetParameters()
                    .Zip(numbers, (parameter, number) => FormattableString.Invariant($"{parameter.Name}: {number:R}"))
                    .Reverse()
            );
            Assert.Equal(expected, Objective.Parse($"{factory.Name}({inOrder})"));
            Assert.Equal(expected, Objective.Parse($"{factory.Name}({byName})"));
        }
    }

    [Theory]
    [InlineData("", 1, "a number")]
    [InlineData("Dpo(0.1", 8, "',' or ')'")]
    [InlineData("Dpo()", 1, "Dpo(beta) or Dpo(beta, labelSmoothing)")]
    [InlineData("Dpo(alpha: 0.1)", 1, "Dpo(beta)")]
    [InlineData("r.W", 4, "'.'")]
    [InlineData("r.X.Match", 3, "W, L")]
    [InlineData("r.W.match", 5, "Match, Mismatch, NoImage")]
    [InlineData("0.1 * ", 7, "a number")]
    [InlineData("0.1 0.2", 5, "an operator")]
    [InlineData("1.2.3", 1, "a finite number")]
    [InlineData("1e999", 1, "a finite number")]
    [InlineData("LogSigmod(r.W.Match)", 1, "LogSigmoid")]
    [InlineData("TokenMean(pi.W.Match)", 21, "','")]
    [InlineData("r.W.Match.Over(Contrast)", 16, "Tokens")]
    [InlineData("r.W.Match $", 11, "an operator")]
    public void A_formula_that_cannot_be_read_names_the_position_and_what_was_expected(string formula, int position, string expected)
    {
        var message = Assert.Throws<UserException>(() => Objective.Parse(formula)).Message;
        Assert.Contains($"position {position}:", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Hostile_formulas_are_refused_without_a_crash()
    {
        Assert.Throws<UserException>(() => Objective.Parse(new string('(', 5_000)));
        Assert.Throws<UserException>(() => Objective.Parse(new string('-', 5_000) + "1"));
        Assert.Throws<UserException>(() => Objective.Parse(string.Concat(Enumerable.Repeat("1+", 1_000_000)) + "1"));
        Assert.Throws<UserException>(() => Objective.Parse("Dpo(0)"));
        Assert.Throws<UserException>(() => Objective.Parse("Dpo(-1)"));
        Assert.Throws<UserException>(() => Objective.Parse("Dpo(0.1, 0.5)"));
        Assert.Throws<UserException>(() => Objective.Parse("TokenMean(length.W, pi.W.Match)"));
    }

    [Fact]
    public void A_long_sum_still_has_a_value_and_a_text()
    {
        var sum = Objective.Parse(string.Concat(Enumerable.Repeat("1+", 4_900)) + "1");
        Assert.Equal(4_901, sum.Terms().Length);
        Assert.Equal(sum, Objective.Parse(sum.ToString().Replace(".0", "").Replace(" ", "")));
    }

    [Fact]
    public void Latex_has_the_papers_symbols()
    {
        Assert.Equal(@"-\log \sigma\left(0.1 \cdot \left(r(y_w \mid i_w, q) - r(y_l \mid i_w, q)\right)\right)", Dpo(0.1).ToLatex());
        Assert.Equal(
            @"-\log \sigma\left(0.1 \cdot \left(r(y_w \mid i_w, q) - r(y_w \mid q)\right)\right)"
                + @" - \log \sigma\left(0.1 \cdot \left(r(y_w \mid q) - r(y_w \mid i_l, q)\right)\right)",
            Vco(0.1, 0.1).ToLatex()
        );
        Assert.Equal(
            @"1 \cdot 10^{-9} \cdot \left(-r_{\Delta}(y_l \mid i_l, q)\right)",
            (1e-9 * -r.L.Match.Over(Tokens.Contrast)).ToLatex()
        );
        Assert.Equal(
            @"\frac{n \cdot \left(-\log \pi_{\theta}(y_w \mid i_w, q)\right)}{\sum_{\mathrm{batch}} \lvert y_w \rvert}",
            Sft().ToLatex()
        );
    }

    [Law]
    public bool Latex_has_balanced_braces(Objective objective) =>
        objective.ToLatex().Count(sign => sign == '{') == objective.ToLatex().Count(sign => sign == '}')
        && objective.ToLatex().Split(@"\left(").Length == objective.ToLatex().Split(@"\right)").Length;
}
