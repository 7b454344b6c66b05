using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using SVco.Core.Data;
using SVco.Core.Fields;
using SVco.Core.Objectives;

namespace SVco.Experiments.Tests;

/// <summary>Random values of every field, and experiments made of them.</summary>
static class Generated
{
    static readonly ImmutableArray<Objective> Objectives =
    [
        Core.Objectives.Objectives.SVco(0.1, 0.3),
        Core.Objectives.Objectives.Mdpo(0.2),
        Core.Objectives.Objectives.Sft(),
        Core.Objectives.Objectives.SimPo(2, 0.5).Over(Tokens.Contrast),
    ];

    static readonly ImmutableArray<Recipe<ContrastPair>> Recipes =
    [
        Mvc.Train,
        Mvc.Validation.DoubleForSft(),
        Recipe.FromJson("a \"file\": # of pairs.json", "images").Shuffle(seed: 7).Take(8).Swap(),
    ];

    public static Gen<Field> Field { get; } = Gen.Elements(new Experiment("x").Fields.Select(one => one.Field));

    /// <summary>An experiment in which some fields have other values than by default.</summary>
    public static Gen<Experiment> Experiment { get; } =
        Gen.Sized(size => Gen.Choose(0, size))
            .SelectMany(changes => Field.SelectMany(field => ValueOf(field).Select(value => (Field: field, Value: value))).ListOf(changes))
            .Select(changes => changes.Aggregate(new Experiment("x"), (before, change) => before.With(change.Field.Path, change.Value)));

    /// <summary>A value that the field takes.</summary>
    public static Gen<object?> ValueOf(Field field) =>
        field.MayBeUnset ? Gen.Frequency((1, Gen.Constant<object?>(null)), (4, SetValueOf(field))) : SetValueOf(field);

    static Gen<object?> SetValueOf(Field field) =>
        field.Type == typeof(int)
            ? Gen.Choose(1, int.MaxValue)
                // One that allows less than these allows 1 to 100.
                .Select(number => (object?)(field.About.Allows(number) ? number : number % 100 + 1))
        : field.Type == typeof(double) ? ArbMap.Default.GeneratorFor<double>().Where(field.About.Allows).Select(number => (object?)number)
        : field.Type == typeof(string) ? ArbMap.Default.GeneratorFor<NonEmptyString>().Select(text => (object?)text.Get)
        : field.Type == typeof(string[])
            ? Gen.Elements("q_proj", "v_proj", "all-linear").NonEmptyListOf().Select(names => (object?)names.ToArray())
        : field.Type == typeof(Objective) ? Gen.Elements<Objective>(Objectives).Select(formula => (object?)formula)
        : field.Type == typeof(Recipe<ContrastPair>) ? Gen.Elements<Recipe<ContrastPair>>(Recipes).Select(recipe => (object?)recipe)
        : field.Type == typeof(bool) ? Gen.Elements<object?>(false, true)
        : Gen.Elements(Enum.GetValues(field.Type).Cast<object?>());
}
