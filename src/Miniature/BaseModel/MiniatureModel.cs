using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Evaluation.Answers;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Miniature.BaseModel;

/// <summary>A small LLaVA with everything that belongs to it. Its tower is never trained here, so image features are kept in memory.</summary>
public sealed class MiniatureModel : IDisposable
{
    // The rows of this world have at most about 70 tokens, so none is cut.
    const int NoLimit = 256;

    MiniatureModel(string folder, VisionLanguageModel network)
    {
        (Folder, Network) = (folder, network);
        Tokenizer = Tokenizer.Load(folder);
        Chat = ChatFormat.For(Tokenizer, folder);
        Processor = ImageProcessor.Load(folder);
        Vision = new(network, Processor.Loader(Behaviour.Corrected));
    }

    /// <summary>The folder its files are from.</summary>
    public string Folder { get; }

    /// <summary>The network.</summary>
    public VisionLanguageModel Network { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The chat format.</summary>
    public ChatFormat Chat { get; }

    /// <summary>The image processor.</summary>
    public ImageProcessor Processor { get; }

    /// <summary>The frozen tower's memory of images.</summary>
    public MemoryFeatures Vision { get; }

    /// <summary>Loads a folder in Hugging Face's layout, in fp32.</summary>
    /// <exception cref="UserException">A file is missing, malformed, or does not fit the others.</exception>
    public static MiniatureModel Load(string folder) => new(folder, VisionLanguageModel.Load(folder, new LoadOptions()));

    /// <summary>A model with random weights from a folder that has all files but the weights.</summary>
    public static MiniatureModel Random(string folder, long seed) =>
        new(folder, VisionLanguageModel.Random(ModelFamilies.ReadConfig(Path.Combine(folder, "config.json")), seed, new LoadOptions()));

    /// <summary>The row of a conversation, the response labelled with its end.</summary>
    public TokenSequence Encode(string query, string response, bool withImage) =>
        Chat.Encode("", query, response, withImage ? 1 : 0, NoLimit, Behaviour.Corrected);

    /// <summary>Pairs as they are scored.</summary>
    /// <exception cref="UserException">One cannot be; no pair of this world should be so.</exception>
    public ImmutableArray<PreparedPair> Prepare(IEnumerable<ContrastPair> pairs) =>
        PairPreparation.Prepare(pairs, Chat, NoLimit, Behaviour.Corrected) switch
        {
            (var prepared, []) => prepared,
            (_, [var first, ..]) => throw new UserException($"{first}"),
        };

    /// <summary>The model as one that questions are put to.</summary>
    /// <param name="content">Names what it has become by its content.</param>
    public AskedModel Asked(string content) => new(content, Network, Tokenizer, Chat, Vision);

    /// <summary>A text to pretrain on, with its image's features; without an image if it is null.</summary>
    public PretrainingRow Row(string query, string response, ImageSource? image) =>
        new(Encode(query, response, image is not null), image is null ? null : Vision.Of([image])[0]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Vision.Dispose();
        Network.Dispose();
    }
}
