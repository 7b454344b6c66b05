using SVco.Core.Data;
using SVco.Core.Fields;

namespace SVco.Experiments;

// What each field means stands in its attribute.
#pragma warning disable CS1591

/// <summary>The pairs of an experiment: recipes, and the files that they are over.</summary>
public sealed record ExperimentData
{
    [Field("The training pairs.", Option = "train-recipe")]
    public Recipe<ContrastPair> Train { get; init; } = Mvc.Train;

    [Field("The pairs that the objective is reported on.", Option = "validation-recipe")]
    public Recipe<ContrastPair>? Validation { get; init; } = Mvc.Validation;

    [Field("A JSON file of contrast pairs.", Option = "data", IsMachineSetting = true)]
    public string? TrainFile { get; init; }

    [Field(
        "A JSON file of validation pairs; without it up to 240 are split off the file of training pairs.",
        Option = "validation",
        IsMachineSetting = true
    )]
    public string? ValidationFile { get; init; }

    [Field("The folder of relative image paths; the JSON file's own folder when not given.", IsMachineSetting = true)]
    public string? Images { get; init; }
}
