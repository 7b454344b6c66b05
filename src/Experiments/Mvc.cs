using SVco.Core;
using SVco.Core.Data;

namespace SVco.Experiments;

/// <summary>
/// The minimal visual contrasts that a run is given: the file of <c>--data</c>, and that of <c>--validation</c> or, where validation pairs are
/// asked for, a part split off the former.
/// </summary>
public static class Mvc
{
    const string TrainName = "mvc/train";
    const string ValidationName = "mvc/validation";

    /// <summary>The paper's number of validation pairs.</summary>
    const int ValidationPairs = 240;

    /// <summary>Of few pairs, at most this share is for validation.</summary>
    const int SmallestTrainParts = 6;

    /// <summary>The training pairs.</summary>
    public static Recipe<ContrastPair> Train { get; } = Recipe.FromJson(TrainName);

    /// <summary>The validation pairs.</summary>
    public static Recipe<ContrastPair> Validation { get; } = Recipe.FromJson(ValidationName);

    /// <summary>What <see cref="Validation"/> is over.</summary>
    internal static JsonPairs ValidationSource { get; } = (JsonPairs)Validation.Sources().Single();

    internal const string TrainFile = "train_file";
    internal const string ValidationFile = "validation_file";

    /// <summary>Whether a source stands for the run's files and is no path.</summary>
    internal static bool IsOfTheRun(JsonPairs source) => source.Path is TrainName or ValidationName;

    /// <summary>The file of training pairs.</summary>
    /// <exception cref="UserException">None is given.</exception>
    internal static string RequireTrainFile(ExperimentData data, object recipe) =>
        data.TrainFile
        ?? throw new UserException(
            $"Which pairs? The recipe {recipe} stands for those of --data, and none are given. Give --data pairs.json; or let the script name them, .Data(Recipe.FromJson(\"pairs.json\")); or let it say .OrTiny() for a show on bundled ones."
        );

    /// <summary>Reads the source of a recipe: an MVC name stands for the run's files, any other path for itself.</summary>
    /// <param name="source">The source.</param>
    /// <param name="data">The run's files.</param>
    /// <param name="parse">Reads a file of pairs, whose relative image paths begin in a folder (null: the usual one), each only once.</param>
    /// <exception cref="UserException">There is no file of training pairs.</exception>
    internal static IEnumerable<ContrastPair> Read(
        JsonPairs source,
        ExperimentData data,
        Func<string, string?, IReadOnlyList<ContrastPair>> parse
    )
    {
        if (!IsOfTheRun(source))
        {
            return parse(source.Path, source.ImageRoot.Length > 0 ? source.ImageRoot : null);
        }

        var train = RequireTrainFile(data, source);
        if (data.ValidationFile is { } validation)
        {
            return parse(source.Path == TrainName ? train : validation, null);
        }

        if (!data.ReadsValidation)
        {
            return parse(train, null);
        }

        // Copies of a pair, as files have them that weigh some pairs more, fall on one side.
        var pairs = parse(train, null);
        var distinct = pairs.DistinctBy(Content).ToArray();
        var (held, _) = Recipe.FromJson(train).Split(Math.Min(ValidationPairs, distinct.Length / SmallestTrainParts), seed: 0);
        var validated = held.Items(_ => distinct).Select(Content).ToHashSet();
        return pairs.Where(pair => validated.Contains(Content(pair)) != (source.Path == TrainName));
    }

    /// <summary>What a pair is, whichever of its sides comes first.</summary>
    static (string, PairSide, PairSide) Content(ContrastPair pair) =>
        string.CompareOrdinal($"{pair.W}", $"{pair.L}") <= 0 ? (pair.Query, pair.W, pair.L) : (pair.Query, pair.L, pair.W);
}
