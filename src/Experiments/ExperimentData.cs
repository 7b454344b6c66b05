using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Fields;
using SVco.Files;

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

    [Field(
        "Go on without the pairs whose images are missing or broken; they are listed in refused.jsonl.",
        Option = "skip-broken",
        IsMachineSetting = true
    )]
    public bool SkipBroken { get; init; }

    [Field(
        "Let validation pairs be training pairs too, which makes the validation say nothing of new pairs.",
        Option = "allow-overlap",
        IsMachineSetting = true
    )]
    public bool AllowOverlap { get; init; }

    /// <summary>The files that are given and those that the recipes name, each with its name in <c>experiment.yaml</c>.</summary>
    internal IEnumerable<(string Name, string Path)> Files()
    {
        (string Name, string? Path)[] given = [(Mvc.TrainFile, TrainFile), (Mvc.ValidationFile, ValidationFile)];
        var named = Sources().Where(source => !Mvc.IsOfTheRun(source)).Select(source => source.Path).Distinct();
        return
        [
            .. given.Where(file => file.Path is not null).Select(file => (file.Name, file.Path!)),
            .. named.Select((path, index) => ($"recipe_file_{index + 1}", path)),
        ];
    }

    /// <summary>Makes sure that the files of pairs are there.</summary>
    /// <param name="advice">Where they are named, for the message.</param>
    /// <exception cref="UserException">One is not given, not there, or no file.</exception>
    internal void RequireFiles(string advice = "Check --data, --validation and the recipes.")
    {
        if (ReadsRunsFiles)
        {
            Mvc.RequireTrainFile(this, Train);
        }
        else if (TrainFile is not null)
        {
            throw new UserException(
                $"--data {TrainFile} would not be read: the script's recipe is {Train}, which names its own pairs. Leave --data away, or let the script say .Data(Mvc.Train)."
            );
        }

        if (ValidationFile is not null && !ReadsValidation)
        {
            throw new UserException(
                $"--validation {ValidationFile} would not be read: the script's validation is {Validation?.Description ?? FieldText.Unset}. Leave --validation away, or let the script say validation: Mvc.Validation."
            );
        }

        foreach (var (_, path) in Files())
        {
            try
            {
                InputFile.Open(path).Dispose();
            }
            catch (UserException error)
            {
                throw new UserException(
                    $"The file of pairs {System.IO.Path.GetFullPath(path)} cannot be used: {error.Message} {advice}",
                    error
                );
            }
        }
    }

    /// <summary>Whether the recipes stand for the pairs of --data.</summary>
    internal bool ReadsRunsFiles => Sources().Any(Mvc.IsOfTheRun);

    /// <summary>Whether a recipe stands for the validation pairs of the run.</summary>
    internal bool ReadsValidation => Sources().Contains(Mvc.ValidationSource);

    IEnumerable<JsonPairs> Sources() => Train.Sources().Concat(Validation?.Sources() ?? []).OfType<JsonPairs>();
}
