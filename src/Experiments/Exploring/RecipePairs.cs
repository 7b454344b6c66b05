using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;

namespace SVco.Experiments;

/// <summary>The pairs that a recipe gives, to be looked at.</summary>
public static class RecipePairs
{
    /// <summary>Reads the pairs; without files <see cref="Mvc"/> means the bundled ones.</summary>
    /// <param name="recipe">Which pairs, in which order.</param>
    /// <param name="data">The file of training pairs, as <c>--data</c> names it.</param>
    /// <param name="validation">The file of validation pairs, as <c>--validation</c> names it.</param>
    /// <param name="images">The folder of relative image paths; null takes the file's own.</param>
    /// <exception cref="UserException">A file cannot be read, or has an entry that is no pair.</exception>
    public static ImmutableArray<ContrastPair> Pairs(
        this Recipe<ContrastPair> recipe,
        string? data = null,
        string? validation = null,
        string? images = null
    )
    {
        var files = data is null && validation is null ? Tiny.Pairs : new ExperimentData { TrainFile = data, ValidationFile = validation };
        return [.. recipe.Items(source => Mvc.Read((JsonPairs)source, files, (file, folder) => Parse(file, folder ?? images)))];
    }

    static ImmutableArray<ContrastPair> Parse(string file, string? images)
    {
        var root = images ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
        var read = MvcJson.Parse(TextFile.Read(file), Path.GetFileName(file), root);
        return read.Refusals is [var first, ..]
            ? throw new UserException(
                $"{file}: of {read.Refusals.Length + read.Pairs.Length} entries {read.Refusals.Length} cannot be used; the first is {first.Id}: {first.Reason}. Mend or take them out."
            )
            : read.Pairs;
    }
}
