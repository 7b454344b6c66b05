using System.Collections.Immutable;

namespace SVco.Core.Objectives;

/// <summary>
/// Recursive descent over: sum = product {(+|-) product}; product = signed {(*|/) signed}; signed = [-] signed | selected;
/// selected = atom {.Over(Tokens.NAME)}; atom = number | (sum) | r.W.Match | length.W | FUNCTION(arguments).
/// </summary>
sealed class FormulaParser(string formula) : TextParser<Objective>(formula, "objective")
{
    static readonly ImmutableDictionary<string, Func<Objective, Objective>> Functions = new Dictionary<string, Func<Objective, Objective>>
    {
        ["LogSigmoid"] = Formula.LogSigmoid,
        ["Square"] = Formula.Square,
        ["Swap"] = Formula.Swap,
        ["Symmetric"] = Formula.Symmetric,
        ["ReferenceFree"] = Formula.ReferenceFree,
    }.ToImmutableDictionary();

    /// <summary>The paper's objectives: name, names of the numbers they take (for each form), construction.</summary>
    static readonly ImmutableArray<(string Name, string[] Parameters, Func<double[], Objective> Make)> Named =
    [
        ("Dpo", ["beta"], of => Objectives.Dpo(of[0])),
        ("Dpo", ["beta", "labelSmoothing"], of => Objectives.Dpo(of[0], of[1])),
        ("VisualConditional", ["beta"], of => Objectives.VisualConditional(of[0])),
        ("Anchor", ["beta"], of => Objectives.Anchor(of[0])),
        ("Mdpo", ["beta"], of => Objectives.Mdpo(of[0])),
        ("Attend", ["beta1"], of => Objectives.Attend(of[0])),
        ("Reject", ["beta2"], of => Objectives.Reject(of[0])),
        ("Vco", ["beta1", "beta2"], of => Objectives.Vco(of[0], of[1])),
        ("SVco", ["beta1", "beta2"], of => Objectives.SVco(of[0], of[1])),
        ("SVco", ["attendW", "rejectW", "attendL", "rejectL"], of => Objectives.SVco(of[0], of[1], of[2], of[3])),
        ("Sft", [], _ => Objectives.Sft()),
        ("Ipo", ["tau"], of => Objectives.Ipo(of[0])),
        ("SimPo", ["beta", "gamma"], of => Objectives.SimPo(of[0], of[1])),
    ];

    protected override string AfterWhole => "an operator (+ - * /) or the end";

    protected override Objective Root() => Sum();

    Objective Sum()
    {
        var sum = Product();
        while (true)
        {
            if (Skip('+'))
            {
                sum += Product();
            }
            else if (Skip('-'))
            {
                sum -= Product();
            }
            else
            {
                return sum;
            }
        }
    }

    Objective Product()
    {
        var product = Signed();
        while (true)
        {
            if (Skip('*'))
            {
                product *= Signed();
            }
            else if (Skip('/'))
            {
                product /= Signed();
            }
            else
            {
                return product;
            }
        }
    }

    Objective Signed() =>
        Nested(() =>
            !Skip('-') ? Selected()
            : IsNumber(Peek()) ? Selected(-Number())
            : -Signed()
        );

    Objective Selected() => Selected(Atom());

    Objective Selected(Objective atom)
    {
        var selected = atom;
        while (Skip('.'))
        {
            Require("Over");
            Require('(');
            Require("Tokens");
            Require('.');
            selected = selected.Over(OneOf(("All", Tokens.All), ("Contrast", Tokens.Contrast)));
            Require(')');
        }

        return selected;
    }

    Objective Atom() =>
        Peek() switch
        {
            '(' => Between(Sum),
            var first when IsNumber(first) => Number(),
            var first when char.IsAsciiLetter(first) => Word(),
            _ => throw Expected("a number, '(', a cell such as r.W.Match or a function such as LogSigmoid"),
        };

    Objective Word()
    {
        var start = Position;
        var word = Name();
        switch (word)
        {
            case "r":
                return CellOf(Formula.r);
            case "pi":
                return CellOf(Formula.pi);
            case "reference":
                return CellOf(Formula.reference);
            case "length":
                Require('.');
                return OneOf(("W", Formula.length.W), ("L", Formula.length.L));
            case "TokenMean":
                return Between(() =>
                {
                    var numerator = Sum();
                    Require(',');
                    return Formula.TokenMean(numerator, Sum());
                });
            case var _ when Functions.TryGetValue(word, out var function):
                return function(Between(Sum));
            case var _ when Named.Any(named => named.Name == word):
                return Paper(word, start);
            default:
                Position = start;
                throw Expected(
                    "r, pi, reference, length or a function ("
                        + string.Join(
                            ", ",
                            Functions
                                .Keys.Append("TokenMean")
                                .Concat(Named.Select(named => named.Name))
                                .Distinct()
                                .Order(StringComparer.Ordinal)
                        )
                        + ")"
                );
        }
    }

    Objective CellOf(CellFormulas cells)
    {
        Require('.');
        var response = OneOf(("W", cells.W), ("L", cells.L));
        Require('.');
        return OneOf(("Match", response.Match), ("Mismatch", response.Mismatch), ("NoImage", response.NoImage));
    }

    /// <summary>One of the paper's objectives with its numbers, in order or by name as C# has it: SVco(beta1: 0.1, beta2: 0.1).</summary>
    Objective Paper(string name, int start)
    {
        var arguments = Between(Arguments);
        foreach (var (_, parameters, make) in Named.Where(named => named.Name == name))
        {
            var inOrder = parameters
                .Select((parameter, index) => arguments.FindIndex(given => given.Name == parameter || given.Name == $"{index}"))
                .ToArray();
            if (parameters.Length == arguments.Count && inOrder.Order().SequenceEqual(Enumerable.Range(0, parameters.Length)))
            {
                return make([.. inOrder.Select(index => arguments[index].Value)]);
            }
        }

        Position = start;
        throw Expected(
            string.Join(" or ", Named.Where(named => named.Name == name).Select(named => $"{name}({string.Join(", ", named.Parameters)})"))
        );
    }

    /// <summary>The numbers given; one without a name is named by its place.</summary>
    List<(string Name, double Value)> Arguments()
    {
        var arguments = new List<(string, double)>();
        while (Peek() != ')')
        {
            if (arguments.Count > 0 && !Skip(','))
            {
                throw Expected("',' or ')'");
            }

            var name = char.IsAsciiLetter(Peek()) ? Name() : null;
            if (name is not null)
            {
                Require(':');
            }

            var sign = Skip('-') ? -1 : 1;
            arguments.Add((name ?? $"{arguments.Count}", sign * Number()));
        }

        return arguments;
    }
}
