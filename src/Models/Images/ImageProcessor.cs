using System.Text.Json;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Text;

namespace SVco.Models.Images;

/// <summary>From pixels to a model's input, as preprocessor_config.json, or since transformers 5 processor_config.json, describes it. Safe for parallel use.</summary>
public abstract class ImageProcessor
{
    internal const string FileName = "preprocessor_config.json";

    /// <summary>The processor's own settings; since transformers 5 those of its image processor stand inside.</summary>
    internal const string ProcessorFile = "processor_config.json";

    const string Inside = "image_processor";

    /// <summary>Loads the processor that a folder's settings name: a model family's own, else one that makes squares.</summary>
    /// <param name="folder">The model folder.</param>
    /// <exception cref="UserException">The file is missing or asks for something that is not supported; names file and field.</exception>
    public static ImageProcessor Load(string folder)
    {
        var type = TypeOf(Read(folder));
        var own = ModelFamilies
            .All.Select(family => family.ImageProcessors.GetValueOrDefault(type))
            .FirstOrDefault(load => load is not null);
        return own is null ? SquareImageProcessor.Load(folder) : own(folder);
    }

    /// <summary>The settings as their file has them: what names the processing in a cache's key.</summary>
    /// <exception cref="UserException">The file is missing or no JSON.</exception>
    public static string SettingsOf(string folder) => Read(folder).Value.GetRawText();

    /// <summary>The file that holds the image processor's settings; null where none does.</summary>
    internal static string? FileOf(string folder) =>
        new[] { FileName, ProcessorFile }
            .Select(name => Path.Combine(folder, name))
            .FirstOrDefault(path => File.Exists(path) && (Path.GetFileName(path) == FileName || InsideOf(path) is not null));

    /// <summary>The size that an image of a size is resized to.</summary>
    /// <exception cref="UserException">No image of that size can be processed.</exception>
    public abstract ImageSize SizeOf(ImageSize image);

    /// <summary>The size that an image is resized to, without decoding it where its file's header says enough.</summary>
    /// <exception cref="UserException">The image cannot be read.</exception>
    /// <param name="image">The description.</param>
    /// <param name="behaviour">Official or corrected; see <see cref="ImageRenderer.Render"/>.</param>
    public virtual ImageSize SizeOf(ImageSource image, Behaviour behaviour) => SizeOf(ImageRenderer.SizeOf(image, behaviour));

    /// <summary>The model's input for an image.</summary>
    /// <param name="image">Decoded pixels.</param>
    /// <param name="behaviour">Official or corrected.</param>
    /// <exception cref="UserException">The image cannot be processed.</exception>
    public abstract ProcessedImage Process(RgbImage image, Behaviour behaviour);

    /// <summary>Loads images from their descriptions and processes them.</summary>
    public ImageLoader Loader(Behaviour behaviour) =>
        new(image => Process(ImageRenderer.Render(image, behaviour), behaviour), image => SizeOf(image, behaviour));

    private protected static JsonField Read(string folder)
    {
        var (own, processor) = (Path.Combine(folder, FileName), Path.Combine(folder, ProcessorFile));
        var inside = File.Exists(processor) ? InsideOf(processor) : null;
        if (!File.Exists(own))
        {
            return inside
                ?? throw new UserException(
                    $"{folder} has neither {FileName} nor a {ProcessorFile} with \"{Inside}\". Fetch them from the model's hub page."
                );
        }

        var settings = JsonField.Read(own);
        if (inside is { } named && TypeOf(settings) is var type && TypeOf(named) is var otherType && type != otherType)
        {
            throw new UserException(
                $"{own} is of a {type}, {processor} (\"{Inside}\") of a {otherType}. Only one can be right: take one of the two away."
            );
        }

        if (inside is { } newer && Differing(settings, newer) is { } name)
        {
            throw new UserException(
                $"{own} and {processor} (\"{Inside}\") give different values of \"{name}\": {settings.Find(name)?.Value.GetRawText() ?? "none"} and "
                    + $"{newer.Find(name)?.Value.GetRawText() ?? "none"}. Take one of the two away."
            );
        }

        return settings;
    }

    /// <summary>The class's name without what says how it computes: Fast with torchvision, Pil without.</summary>
    internal static string PlainName(string name) =>
        new[] { "Fast", "Pil" }.FirstOrDefault(name.EndsWith) is { } way ? name[..^way.Length] : name;

    private protected static string TypeOf(JsonField config) => PlainName(TypeField(config).String());

    private protected static JsonField TypeField(JsonField config) =>
        config.Find("image_processor_type")
        ?? config.Find("feature_extractor_type")
        ?? throw new UserException($"{config.File}: the field \"image_processor_type\" is missing.");

    static JsonField? InsideOf(string processor) => JsonField.Read(processor).Find(Inside);

    /// <summary>Whether two settings say the same; null says nothing.</summary>
    static bool AreSame(JsonElement one, JsonElement other) =>
        (one.ValueKind, other.ValueKind) is (JsonValueKind.Object, JsonValueKind.Object)
            ? Said(one)
                .Union(Said(other))
                .All(name => one.TryGetProperty(name, out var a) && other.TryGetProperty(name, out var b) && AreSame(a, b))
            : JsonElement.DeepEquals(one, other);

    static IEnumerable<string> Said(JsonElement settings) =>
        settings.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).Select(member => member.Name);

    /// <summary>A setting that both places have and that is not the same in them.</summary>
    static string? Differing(JsonField one, JsonField other) =>
        one.Members()
            .Where(member => member.Name is not ("image_processor_type" or "feature_extractor_type" or "processor_class"))
            .Where(member =>
                member.Field.Kind != JsonValueKind.Null && other.Find(member.Name) is { } value && !AreSame(member.Field.Value, value.Value)
            )
            .Select(member => member.Name)
            .FirstOrDefault();
}
