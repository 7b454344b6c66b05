using System.Collections.Immutable;
using SVco.Core;
using SVco.Models.Files;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>The name and sizes of a parameter.</summary>
/// <param name="Name">The Hugging Face name.</param>
/// <param name="Shape">Its sizes.</param>
public sealed record ParameterShape(string Name, ImmutableArray<long> Shape)
{
    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>
/// A LLaVA: vision tower, two-layer projector, decoder. The forward functions keep no state; whoever calls them owns the results and puts a
/// dispose scope around a step.
/// </summary>
public sealed partial class Llava : IDisposable
{
    readonly VisionTower tower;
    readonly Linear projector1;
    readonly Linear projector2;
    readonly Decoder decoder;

    Llava(LlavaConfig config, string folder, IWeights source)
    {
        var weights = new RecordingWeights(source);
        (Config, Folder) = (config, folder);
        tower = new(config.Vision, weights, LlavaNames.Tower);
        projector1 = Linear.From(weights, "multi_modal_projector.linear_1", config.Vision.HiddenSize, config.Text.HiddenSize, bias: true);
        projector2 = Linear.From(weights, "multi_modal_projector.linear_2", config.Text.HiddenSize, config.Text.HiddenSize, bias: true);
        decoder = new(config.Text, weights, LlavaNames.Decoder);
        Parameters = weights.Parameters;
    }

    /// <summary>The config.</summary>
    public LlavaConfig Config { get; }

    /// <summary>The folder it was loaded from; empty for random weights.</summary>
    public string Folder { get; }

    /// <summary>All parameters by their older Hugging Face names in the order of transformers; a tied head is not listed a second time.</summary>
    public IReadOnlyList<NamedTensor> Parameters { get; }

    /// <summary>The number of image tokens that stand for one image: 576, 729, ...</summary>
    public int ImageTokens => Config.ImageTokens;

    /// <summary>The device of the parameters.</summary>
    public Device Device => Parameters[0].Value.device;

    /// <summary>The float type of the language model.</summary>
    public ScalarType Dtype => Parameters[^1].Value.dtype;

    /// <summary>The float type of the vision tower.</summary>
    public ScalarType VisionDtype => Parameters.First(parameter => LlavaNames.IsVision(parameter.Name)).Value.dtype;

    /// <summary>Whether a parameter of the vision tower, or of an adapter on it, gets gradients.</summary>
    public bool HasTrainableVision =>
        Parameters.Any(parameter => LlavaNames.IsVision(parameter.Name) && parameter.Value.requires_grad)
        || tower.Linears.Any(linear => linear.Adapter is { Enabled: true } adapter && adapter.A.requires_grad);

    /// <summary>All linear maps in the order of the parameters, those a LoRA may adapt.</summary>
    internal IEnumerable<Linear> Linears => [.. tower.Linears, projector1, projector2, .. decoder.Linears];

    /// <summary>The adapter that is attached, if any.</summary>
    internal Lora.LoraAdapter? Adapter { get; set; }

    /// <summary>Names and shapes of all parameters that a config asks for, without memory for any.</summary>
    public static IReadOnlyList<ParameterShape> ParameterShapes(LlavaConfig config)
    {
        NativeLibraries.Load();
        using var scope = NewDisposeScope();
        return
        [
            .. new Llava(config, "", new MetaWeights(ScalarType.Float32)).Parameters.Select(parameter => new ParameterShape(
                parameter.Name,
                [.. parameter.Value.shape]
            )),
        ];
    }

    /// <summary>
    /// Loads a Hugging Face folder (config.json and safetensors, single or sharded, names of transformers before or after 4.52). Each
    /// parameter is copied from the memory-mapped file into its place, so that loading takes no second copy of the weights.
    /// </summary>
    /// <exception cref="UserException">A file is missing, malformed, or does not fit the config.</exception>
    public static Llava Load(string folder, LoadOptions options)
    {
        NativeLibraries.Load();
        var config = LlavaConfig.Read(Path.Combine(folder, "config.json"));
        using var checkpoint = Checkpoint.Open(folder);
        using var scope = NewDisposeScope();
        var weights = new CheckpointWeights(checkpoint, LlavaNames.InFiles, TypesFrom(checkpoint, options), options.Device);
        var model = new Llava(config, folder, weights);
        weights.CheckThatAllAreUsed(name =>
            CheckpointWeights.IsComputed(name)
            || (config.Text.TieWordEmbeddings && name is "language_model.lm_head.weight" or "lm_head.weight")
        );
        return model.Kept();
    }

    /// <summary>A model with seeded random weights: norms one, biases zero, all else normal with the config's initializer_range.</summary>
    public static Llava Random(LlavaConfig config, long seed, LoadOptions options)
    {
        NativeLibraries.Load();
        using var scope = NewDisposeScope();
        using var weights = new RandomWeights(
            seed,
            config.Text.InitializerRange,
            name => (LlavaNames.IsVision(name) ? options.VisionDtype : null) ?? options.Dtype ?? ScalarType.Float32,
            options.Device
        );
        return new Llava(config, "", weights).Kept();
    }

    /// <summary>What the projector gets of images: the feature layer's hidden state, without the class token where the config says so.</summary>
    /// <param name="pixels">[images, channels, size, size], normalised; converted to the tower's type and device.</param>
    /// <returns>[images, image tokens, vision width]</returns>
    public Tensor VisionFeatures(Tensor pixels)
    {
        var hidden = tower.Hidden(pixels, Config.FeatureDepth);
        return Config.DropFirstToken ? hidden.narrow(1, 1, hidden.shape[1] - 1) : hidden;
    }

    /// <summary>Vision features [images, image tokens, vision width] -> embeddings [images, image tokens, hidden].</summary>
    public Tensor Project(Tensor features) =>
        Scoped.Run(() =>
            projector2.Forward(
                Config.ProjectorActivation.Apply(projector1.Forward(features.to(projector1.Weight.dtype, projector1.Weight.device)))
            )
        );

    /// <summary>Token ids [...] -> embeddings [..., hidden].</summary>
    public Tensor Embed(Tensor ids) => decoder.Embed(ids);

    /// <summary>The embeddings of ids in which each image-token position has its image's feature, rows and images in order.</summary>
    /// <param name="ids">int64 [batch, tokens], each image expanded to <see cref="ImageTokens"/> image tokens.</param>
    /// <param name="projected">[images, image tokens, hidden]</param>
    /// <returns>[batch, tokens, hidden]</returns>
    /// <exception cref="ArgumentException">A row's image tokens are no whole number of images, or there are more or fewer images than given.</exception>
    public Tensor MergeImages(Tensor ids, Tensor projected)
    {
        using var scope = NewDisposeScope();
        var isImage = ids.to(ScalarType.Int64, Device).eq(Numbers.Of(Config.ImageTokenId));
        var counts = isImage.sum(1).cpu().data<long>().ToArray();
        if (counts.Any(count => count % ImageTokens != 0) || counts.Sum() != projected.shape[0] * ImageTokens)
        {
            throw new ArgumentException(
                $"{projected.shape[0]} images need {ImageTokens} image tokens each; the rows have {string.Join(", ", counts)}.",
                nameof(ids)
            );
        }

        // Some vocabularies end before the image token.
        var embeddings = Embed(ids.to(Device).masked_fill(isImage, Numbers.Of(0)));
        return embeddings
            .masked_scatter(isImage.unsqueeze(-1).expand_as(embeddings), projected.to(embeddings.dtype))
            .MoveToOuterDisposeScope();
    }

    /// <summary>Runs the decoder, each token attending to itself and the attended tokens before it.</summary>
    /// <param name="embeddings">[batch, tokens, hidden]</param>
    /// <param name="positions">int64 [batch, tokens]; see <see cref="Positions"/>.</param>
    /// <param name="attended">
    /// bool [batch, cached + tokens]: whether a token may be attended to. A token that may not be does not attend to itself either, unless it
    /// has nothing else. All true takes a faster path.
    /// </param>
    /// <param name="cache">Holds the tokens before these and takes up these; none means that these are the first.</param>
    /// <returns>[batch, tokens, hidden] after the final norm.</returns>
    public Tensor Decode(Tensor embeddings, Tensor positions, Tensor attended, KeyValueCache? cache = null) =>
        decoder.Forward(embeddings, positions, attended, cache);

    /// <summary>Hidden states [..., hidden] -> logits [..., vocabulary] in fp32 (a float64 model's in float64).</summary>
    public Tensor Logits(Tensor hidden) => decoder.Logits(hidden);

    /// <summary>The positions transformers gives to rows with unattended tokens: those attended to are counted from 0, the others have 1.</summary>
    /// <param name="attended">bool [batch, tokens]</param>
    /// <returns>int64 [batch, tokens]</returns>
    public static Tensor Positions(Tensor attended) =>
        Scoped.Run(() =>
            (attended.to(ScalarType.Int64).cumsum(1) - Numbers.Of(1)).masked_fill(attended.to(ScalarType.Bool).logical_not(), Numbers.Of(1))
        );

    /// <summary>Says which parameters get gradients; the others get none.</summary>
    public void SetTrainable(Func<string, bool> isTrainable)
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.requires_grad_(isTrainable(parameter.Name));
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

    /// <summary>The parts, for tests that look at intermediate values.</summary>
    internal (VisionTower Tower, Decoder Decoder) Parts => (tower, decoder);

    Llava Kept()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.DetachFromDisposeScope();
        }

        return this;
    }

    /// <summary>One type for each part, since a part's layers compute together; kept from the file it is the type of the part's embedding.</summary>
    static Func<string, ScalarType, ScalarType> TypesFrom(Checkpoint checkpoint, LoadOptions options)
    {
        ScalarType InFile(string name) => checkpoint.TypeOf(LlavaNames.InFiles(name).FirstOrDefault(checkpoint.Has) ?? name);
        var vision = options.VisionDtype ?? options.Dtype ?? InFile($"{LlavaNames.Tower}embeddings.patch_embedding.weight");
        var language = options.Dtype ?? InFile($"{LlavaNames.Decoder}model.embed_tokens.weight");
        return (name, _) => LlavaNames.IsVision(name) ? vision : language;
    }
}
