namespace SVco.Core.Data;

/// <summary>
/// Recursive descent over: recipe = root {.step}; root = FromJson("path" {, "folder"}) | Concat(recipe {, recipe}) |
/// Mix(seed: n, {(weight, recipe)}); the steps are those of <see cref="Recipe{T}"/> and <see cref="PairRecipes"/>.
/// </summary>
sealed class RecipeParser(string description) : TextParser<Recipe<ContrastPair>>(description, "recipe")
{
    protected override string AfterWhole => "a step such as .Shuffle(seed: 7) or the end";

    protected override Recipe<ContrastPair> Root() => Nested(WithSteps);

    Recipe<ContrastPair> WithSteps()
    {
        var recipe = OneOf(("FromJson", File), ("Concat", Concatenated), ("Mix", (Func<Recipe<ContrastPair>>)Mixed))();
        while (Skip('.'))
        {
            recipe = WithStep(recipe);
        }

        return recipe;
    }

    Recipe<ContrastPair> File() => Between(() => Recipe.FromJson(Quoted(), Skip(',') ? Quoted() : ""));

    Recipe<ContrastPair> Concatenated() => Between(() => Recipe.Concat([.. List(Root)]));

    Recipe<ContrastPair> Mixed() =>
        Between(() =>
        {
            var seed = Seed();
            Require(',');
            return Recipe.Mix(seed, [.. List(() => Between(() => (Number(), After(Root))))]);
        });

    Recipe<ContrastPair> WithStep(Recipe<ContrastPair> of) =>
        OneOf<Func<Recipe<ContrastPair>>>(
            ("Where", () => Between(() => Filtered(of))),
            ("Shuffle", () => Between(() => of.Shuffle(Seed()))),
            ("Sample", () => Between(() => of.Sample(WholeNumber<int>(), After(Seed)))),
            ("SampleInOrder", () => Between(() => of.SampleInOrder(WholeNumber<int>(), After(Seed)))),
            ("SampleAsMany", () => Between(() => of.SampleAsMany(Root(), After(Seed)))),
            ("Split", () => SplitPart(of)),
            ("Take", () => Between(() => of.Take(WholeNumber<int>()))),
            ("Skip", () => Between(() => of.Skip(WholeNumber<int>()))),
            ("DoubleForSft", () => Between(of.DoubleForSft)),
            ("Swap", () => Between(of.Swap)),
            ("CorruptByCrop", () => Between(() => of.CorruptByCrop(Seed(), After(Number), After(Number)))),
            ("CorruptByNoise", () => Between(() => of.CorruptByNoise(Seed(), After(WholeNumber<int>))))
        )();

    Recipe<ContrastPair> Filtered(Recipe<ContrastPair> of)
    {
        var name = Quoted();
        return PairRecipes.WhereTypes(of, name)
            ?? throw new UserException(
                $"The recipe has a filter \"{name}\", whose predicate stands in its script only. Only filters by type can be read back."
            );
    }

    Recipe<ContrastPair> SplitPart(Recipe<ContrastPair> of)
    {
        var parts = Between(() => IsWholeNumberNext() ? of.Split(WholeNumber<int>(), After(Seed)) : of.Split(Number(), After(Seed)));
        Require('.');
        return OneOf(("First", parts.First), ("Second", parts.Second));
    }

    ulong Seed()
    {
        Require("seed");
        Require(':');
        return WholeNumber<ulong>();
    }

    /// <summary>What follows a comma.</summary>
    TNext After<TNext>(Func<TNext> next)
    {
        Require(',');
        return next();
    }

    /// <summary>What stands between commas up to a closing parenthesis.</summary>
    List<TItem> List<TItem>(Func<TItem> item)
    {
        var items = new List<TItem>();
        while (Peek() != ')')
        {
            items.Add(items.Count == 0 ? item() : After(item));
        }

        return items;
    }
}
