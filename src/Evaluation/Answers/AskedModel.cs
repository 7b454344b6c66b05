using SVco.Core;
using SVco.Models;
using SVco.Models.Generation;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Evaluation.Answers;

/// <summary>A model's weights in memory, and the vision features of images.</summary>
/// <param name="Network">The network.</param>
/// <param name="Images">The vision features of images.</param>
public sealed record AskedNetwork(VisionLanguageModel Network, IImageFeatures Images);

/// <summary>What turns a model's questions into tokens, and its tokens into answers.</summary>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Chat">Its chat format.</param>
public sealed record AskedFormat(Tokenizer Tokenizer, ChatFormat Chat);

/// <summary>
/// A model that questions are put to. Its files are read when the first question needs them, and its weights loaded: what was answered before needs
/// neither, so that answers can be graded again when the model is no longer there.
/// </summary>
/// <param name="Content">Names it by its content: weights, precision and image processing. Answers are kept under it.</param>
/// <param name="Format">Its tokenizer and chat format.</param>
/// <param name="Loaded">Its weights.</param>
public sealed record AskedModel(string Content, Lazy<AskedFormat> Format, Lazy<AskedNetwork> Loaded)
{
    /// <summary>A model that is in memory.</summary>
    public AskedModel(string content, VisionLanguageModel network, Tokenizer tokenizer, ChatFormat chat, IImageFeatures images)
        : this(content, new Lazy<AskedFormat>(new AskedFormat(tokenizer, chat)), new Lazy<AskedNetwork>(new AskedNetwork(network, images)))
    { }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer => Format.Value.Tokenizer;

    /// <summary>Its chat format.</summary>
    public ChatFormat Chat => Format.Value.Chat;

    /// <summary>The network.</summary>
    public VisionLanguageModel Network => Loaded.Value.Network;

    /// <summary>The vision features of images.</summary>
    public IImageFeatures Images => Loaded.Value.Images;
}

/// <summary>How questions are put.</summary>
/// <param name="WithImages">Without, every question is asked as if there were no image: the visual dependency's other half.</param>
/// <param name="Behaviour">Prompts and answers as the official evaluation has them, or exactly what precedes a response in training.</param>
/// <param name="Batch">How many answers are written at a time at most, and how many questions with options are scored together.</param>
public sealed record AskSettings(bool WithImages = true, Behaviour Behaviour = Behaviour.Corrected, int Batch = 256)
{
    /// <summary>How written answers are drawn; null takes the most likely token each time.</summary>
    public Sampling? Sampling { get; init; }

    /// <summary>How many answers are written to each question; with more than one they should be drawn.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>What is drawn follows from it, the question and the run, and from nothing else.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// The most tokens whose keys and values are held while answers are written; null takes <see cref="GenerationLimits.TokenBudget"/>, or as
    /// many as there is memory for. It decides about time and memory, not about answers.
    /// </summary>
    public long? TokenBudget { get; init; }
}
