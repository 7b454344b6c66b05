using System.Collections.Immutable;
using SVco.Core;
using SVco.Models.Images;
using SVco.Models.Llava;
using SVco.Models.Text;

namespace SVco.Models;

/// <summary>A kind of vision-language model, by what its folders hold.</summary>
/// <param name="ModelType">model_type of config.json.</param>
/// <param name="ReadConfig">Reads a config.json.</param>
public sealed record ModelFamily(string ModelType, Func<string, ModelConfig> ReadConfig)
{
    /// <summary>The chat formats that only this family has.</summary>
    public ImmutableArray<ChatFormatKind> ChatFormats { get; init; } = [];

    /// <summary>Models of the family that the bench knows by name.</summary>
    public ImmutableArray<ModelGeometry> Geometries { get; init; } = [];

    /// <summary>
    /// Image processors that only this family has, by image_processor_type; each loads one from a model folder. A type that no family
    /// names is a <see cref="SquareImageProcessor"/>.
    /// </summary>
    public ImmutableDictionary<string, Func<string, ImageProcessor>> ImageProcessors { get; init; } =
        ImmutableDictionary<string, Func<string, ImageProcessor>>.Empty;
}

/// <summary>The families that folders are recognised as.</summary>
public static class ModelFamilies
{
    static ImmutableArray<ModelFamily> all = [LlavaConfig.Family];

    /// <summary>All of them.</summary>
    public static ImmutableArray<ModelFamily> All => all;

    /// <summary>Adds a family of one's own, in place of one of the same model_type.</summary>
    public static void Register(ModelFamily family) =>
        ImmutableInterlocked.Update(ref all, known => [.. known.Where(other => other.ModelType != family.ModelType), family]);

    /// <summary>Reads a config.json by the family that its model_type names.</summary>
    /// <exception cref="UserException">No family has that type, or a field is wrong or not supported; the message names file and field.</exception>
    public static ModelConfig ReadConfig(string file)
    {
        var fields = JsonField.Read(file);
        var type = fields.Text("model_type", "");
        var family =
            All.FirstOrDefault(family => family.ModelType == type)
            ?? throw fields.Unsupported("model_type", $"known are {string.Join(", ", All.Select(known => known.ModelType))}");
        return family.ReadConfig(file);
    }
}
