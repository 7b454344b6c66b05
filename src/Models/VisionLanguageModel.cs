using SVco.Core;
using SVco.Models.Checkpoints;
using SVco.Models.Folders;
using SVco.Models.Generation;
using SVco.Models.Images;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>
/// A vision tower, a projector and a decoder: all that scoring, training and generation know of a model. The forward functions keep no
/// state; whoever calls them owns the results and puts a dispose scope around a step.
/// </summary>
/// <remarks>
/// A family derives from this and from <see cref="ModelConfig"/>, and is made known by a <see cref="ModelFamily"/>.
/// </remarks>
public abstract partial class VisionLanguageModel : IDisposable
{
    /// <summary>The config.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>The folder it was loaded from; empty for random weights.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>All parameters by their Hugging Face names in the order of transformers; a tied head is not listed a second time.</summary>
    public IReadOnlyList<NamedTensor> Parameters { get; private set; } = [];

    /// <summary>All linear maps in the order of the parameters, those a LoRA may adapt.</summary>
    public abstract IEnumerable<Linear> Linears { get; }

    /// <summary>The device of the parameters.</summary>
    public Device Device => Decoder.Device;

    /// <summary>The float type of the language model.</summary>
    public ScalarType Dtype => Decoder.Type;

    /// <summary>The float type of the vision tower.</summary>
    public ScalarType VisionDtype => ParametersOf(Part.VisionTower).First().Value.dtype;

    /// <summary>Whether a parameter of the vision tower, or of an adapter on it, gets gradients.</summary>
    public bool HasTrainableVision =>
        ParametersOf(Part.VisionTower).Any(parameter => parameter.Value.requires_grad)
        || Linears.Any(linear =>
            linear.Adapter is { Enabled: true } adapter && adapter.A.requires_grad && Config.PartOf(linear.Name) == Part.VisionTower
        );

    /// <summary>The decoder.</summary>
    protected internal abstract Decoder Decoder { get; }

    /// <summary>The adapter that is attached, if any.</summary>
    internal Lora.LoraAdapter? Adapter { get; set; }

    /// <summary>All parameters that a config asks for, without memory for any.</summary>
    public static IReadOnlyList<ParameterShape> ParameterShapes(ModelConfig config)
    {
        NativeLibraries.Load();
        using var scope = NewDisposeScope();
        var model = Build(config, new MetaWeights(ScalarType.Float32));
        var maps = model.Linears.ToDictionary(linear => $"{linear.Name}.weight", linear => linear.Name);
        return
        [
            .. model.Parameters.Select(parameter => new ParameterShape(
                parameter.Name,
                [.. parameter.Value.shape],
                config.PartOf(parameter.Name),
                maps.GetValueOrDefault(parameter.Name)
            )),
        ];
    }

    /// <summary>
    /// Loads a Hugging Face folder (config.json and safetensors, single or sharded) of any family. Each parameter is copied from the
    /// memory-mapped file into its place, so that loading takes no second copy of the weights.
    /// </summary>
    /// <exception cref="UserException">The model_type is not known, or a file is missing, malformed, or does not fit the config.</exception>
    public static VisionLanguageModel Load(string folder, LoadOptions options)
    {
        NativeLibraries.Load();
        var config = ModelFolder.Check(folder);
        using var checkpoint = Checkpoint.Open(folder);
        using var scope = NewDisposeScope();
        var weights = new CheckpointWeights(checkpoint, config.NamesInFiles, TypesFrom(config, checkpoint, options), options.Device);
        var model = Build(config, weights);
        weights.CheckThatAllAreUsed(config.MayStandInFiles);
        model.Folder = folder;
        return model.Kept();
    }

    /// <summary>A model with seeded random weights: norms one, biases zero, all else normal with the config's initializer_range.</summary>
    public static VisionLanguageModel Random(ModelConfig config, long seed, LoadOptions options)
    {
        NativeLibraries.Load();
        using var scope = NewDisposeScope();
        using var weights = new RandomWeights(
            seed,
            config.Text.InitializerRange,
            name => (config.PartOf(name) == Part.VisionTower ? options.VisionDtype : null) ?? options.Dtype ?? ScalarType.Float32,
            options.Device
        );
        return Build(config, weights).Kept();
    }

    /// <summary>What the vision tower makes of images, as the projector takes it.</summary>
    public IReadOnlyList<EncodedImage> VisionFeatures(IReadOnlyList<ProcessedImage> images) =>
        images.Count == 0 ? [] : [.. Encode(images).Zip(images, (values, image) => new EncodedImage(values, image.Size))];

    /// <summary>For each image the tower's output [feature tokens, vision width].</summary>
    protected abstract IReadOnlyList<Tensor> Encode(IReadOnlyList<ProcessedImage> images);

    /// <summary>The embeddings that stand for images in the decoder: for each image [image tokens, hidden].</summary>
    public abstract IReadOnlyList<Tensor> Project(IReadOnlyList<EncodedImage> images);

    /// <summary>Token ids [...] -> embeddings [..., hidden].</summary>
    public Tensor Embed(Tensor ids) => Decoder.Embed(ids);

    /// <summary>The embeddings of ids in which the image tokens have their images' embeddings, rows and images in order.</summary>
    /// <param name="ids">int64 [batch, tokens], each image expanded to its image tokens.</param>
    /// <param name="images">For each image [image tokens, hidden]; see <see cref="Project"/>.</param>
    /// <param name="isImage">bool [batch, tokens]: which tokens stand for images; null means all image tokens.</param>
    /// <returns>[batch, tokens, hidden]</returns>
    /// <exception cref="ArgumentException">A row's image tokens are no whole number of images, or there are more or fewer images than given.</exception>
    public Tensor MergeImages(Tensor ids, IReadOnlyList<Tensor> images, Tensor? isImage = null)
    {
        using var scope = NewDisposeScope();
        var places = (isImage ?? ids.eq(Numbers.Of(Config.ImageTokenId))).to(Device);
        long[] ends = [0, .. places.sum(1).cumsum(0).cpu().data<long>()];
        long[] imageEnds = [0, .. images.Select((_, index) => images.Take(index + 1).Sum(image => image.shape[0]))];
        if (ends[^1] != imageEnds[^1] || ends.Except(imageEnds).Any())
        {
            throw new ArgumentException(
                $"{images.Count} images need {string.Join(" + ", images.Select(image => image.shape[0]))} image tokens; the rows have "
                    + $"{string.Join(", ", ends.Zip(ends.Skip(1), (start, end) => end - start))}.",
                nameof(ids)
            );
        }

        // Some vocabularies end before the image token.
        var embeddings = Embed(ids.to(Device).masked_fill(places, Numbers.Of(0)));
        return embeddings
            .masked_scatter(places.unsqueeze(-1).expand_as(embeddings), cat([.. images]).to(embeddings.dtype))
            .MoveToOuterDisposeScope();
    }

    /// <summary>Runs the decoder, each token attending to itself and the attended tokens before it.</summary>
    /// <param name="embeddings">[batch, tokens, hidden]</param>
    /// <param name="positions">See <see cref="Positions"/>.</param>
    /// <param name="attended">
    /// bool [batch, cached + tokens]: whether a token may be attended to. A token that may not be does not attend to itself either, unless it
    /// has nothing else. All true takes a faster path.
    /// </param>
    /// <param name="cache">Holds the tokens before these and takes up these; none means that these are the first.</param>
    /// <returns>[batch, tokens, hidden] after the final norm.</returns>
    public Tensor Decode(Tensor embeddings, Tensor positions, Tensor attended, KeyValueCache? cache = null) =>
        Decoder.Forward(embeddings, positions, attended, cache);

    /// <summary>Hidden states [..., hidden] -> logits [..., vocabulary] in fp32 (a float64 model's in float64).</summary>
    public Tensor Logits(Tensor hidden) => Decoder.Logits(hidden);

    /// <summary>
    /// The positions transformers gives to rows with unattended tokens: those attended to are counted from 0, the others have 1.
    /// </summary>
    /// <param name="attended">bool [batch, tokens]</param>
    /// <param name="images">The processed sizes of the rows' images, rows and images in order.</param>
    /// <param name="isImage">bool [batch, tokens]: which tokens stand for images; needed where there are images.</param>
    /// <returns>int64 [batch, tokens], or [dimensions, batch, tokens] where positions have several.</returns>
    public Tensor Positions(Tensor attended, IReadOnlyList<ImageSize>? images = null, Tensor? isImage = null) =>
        Config.PositionDimensions == 1
            ? Scoped.Run(() =>
                (attended.to(ScalarType.Int64).cumsum(1) - Numbers.Of(1)).masked_fill(
                    attended.to(ScalarType.Bool).logical_not(),
                    Numbers.Of(1)
                )
            )
            : PositionsByImage(attended, images ?? [], isImage);

    /// <summary>Says whose parameters get gradients; the others get none.</summary>
    public void SetTrainable(Part parts)
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.requires_grad_(parts.HasFlag(Config.PartOf(parameter.Name)));
        }
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.Dispose();
        }
    }

    /// <summary>A processed image on the model's device, in fp32.</summary>
    protected Tensor ToTensor(ProcessedImage image) => tensor(image.Values, [.. image.Shape], device: Device);

    Tensor PositionsByImage(Tensor attended, IReadOnlyList<ImageSize> images, Tensor? isImage)
    {
        var (rows, length) = (attended.shape[0], attended.shape[1]);
        var isAttended = attended.to(ScalarType.Bool).cpu().contiguous().data<bool>().ToArray();
        var isOfImage = isImage?.cpu().contiguous().data<bool>().ToArray();
        using var offsets = images.Select(Config.ImageTokens).GetEnumerator();
        var positions = new long[Config.PositionDimensions, rows, length];
        for (var row = 0; row < rows; row++)
        {
            var next = 0;
            for (var token = 0; token < length; )
            {
                var image = isOfImage?[row * length + token] == true && offsets.MoveNext() ? offsets.Current : null;
                var end = token + (image?.Count ?? 1);
                for (var first = token; token < end; token++)
                {
                    for (var dimension = 0; dimension < Config.PositionDimensions; dimension++)
                    {
                        positions[dimension, row, token] = isAttended[row * length + token]
                            ? next + (image?.Offsets[dimension][token - first] ?? 0)
                            : 1;
                    }
                }

                next += isAttended[row * length + end - 1] ? image?.Extent ?? 1 : 0;
            }
        }

        return from_array(positions).to(attended.device);
    }

    IEnumerable<NamedTensor> ParametersOf(Part part) => Parameters.Where(parameter => Config.PartOf(parameter.Name) == part);

    static VisionLanguageModel Build(ModelConfig config, IWeights source)
    {
        var weights = new RecordingWeights(source);
        var model = config.Build(weights);
        model.Parameters = weights.Parameters;
        return model;
    }

    VisionLanguageModel Kept()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.DetachFromDisposeScope();
        }

        return this;
    }

    /// <summary>One type for each part, since a part's layers compute together; kept from the file it is the type of the part's embedding.</summary>
    static Func<string, ScalarType, ScalarType> TypesFrom(ModelConfig config, Checkpoint checkpoint, LoadOptions options)
    {
        ScalarType InFile(Part part)
        {
            var embedding = ParameterShapes(config).First(parameter => parameter.Part == part && parameter.Shape.Length > 1).Name;
            return checkpoint.TypeOf(config.NamesInFiles(embedding).FirstOrDefault(checkpoint.Has) ?? embedding);
        }

        var vision = options.VisionDtype ?? options.Dtype ?? InFile(Part.VisionTower);
        var language = options.Dtype ?? InFile(Part.LanguageModel);
        return (name, _) => config.PartOf(name) == Part.VisionTower ? vision : language;
    }
}
