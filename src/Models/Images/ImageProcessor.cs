using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Text;

namespace SVco.Models.Images;

/// <summary>From pixels to a model's input, as preprocessor_config.json describes it. Safe for parallel use.</summary>
public abstract class ImageProcessor
{
    internal const string FileName = "preprocessor_config.json";

    /// <summary>Loads the processor that preprocessor_config.json names: a model family's own, else one that makes squares.</summary>
    /// <param name="folder">The model folder.</param>
    /// <exception cref="UserException">The file is missing or asks for something that is not supported; names file and field.</exception>
    public static ImageProcessor Load(string folder)
    {
        var type = TypeOf(Read(folder)).String();
        var own = ModelFamilies
            .All.Select(family => family.ImageProcessors.GetValueOrDefault(type))
            .FirstOrDefault(load => load is not null);
        return own is null ? SquareImageProcessor.Load(folder) : own(folder);
    }

    /// <summary>The settings as their file has them: what names the processing in a cache's key.</summary>
    /// <exception cref="UserException">The file is missing or no JSON.</exception>
    public static string SettingsOf(string folder) => File.ReadAllText(Read(folder).File);

    /// <summary>The size that an image of a size is resized to.</summary>
    /// <exception cref="UserException">No image of that size can be processed.</exception>
    public abstract ImageSize SizeOf(ImageSize image);

    /// <summary>The size that an image is resized to, without decoding it where its file's header says enough.</summary>
    /// <exception cref="UserException">The image cannot be read.</exception>
    public virtual ImageSize SizeOf(ImageSource image) => SizeOf(ImageRenderer.SizeOf(image));

    /// <summary>The model's input for an image.</summary>
    /// <param name="image">Decoded pixels.</param>
    /// <param name="behaviour">Official or corrected.</param>
    /// <exception cref="UserException">The image cannot be processed.</exception>
    public abstract ProcessedImage Process(RgbImage image, Behaviour behaviour);

    /// <summary>Loads images from their descriptions and processes them.</summary>
    public ImageLoader Loader(Behaviour behaviour) => new(image => Process(ImageRenderer.Render(image), behaviour), SizeOf);

    private protected static JsonField Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? JsonField.Read(path)
            : throw new UserException($"{path} does not exist. Fetch {FileName} from the model's hub page.");
    }

    private protected static JsonField TypeOf(JsonField config) =>
        config.Find("image_processor_type")
        ?? config.Find("feature_extractor_type")
        ?? throw new UserException($"{config.File}: the field \"image_processor_type\" is missing.");
}
