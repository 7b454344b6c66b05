using SVco.Core;
using SVco.Models;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Evaluation.Answers;

/// <summary>A model that questions are put to.</summary>
/// <param name="Content">Names it by its content: weights, precision and image processing. Answers are kept under it.</param>
/// <param name="Network">The network.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Chat">Its chat format.</param>
/// <param name="Images">The vision features of images.</param>
public sealed record AskedModel(string Content, VisionLanguageModel Network, Tokenizer Tokenizer, ChatFormat Chat, IImageFeatures Images);

/// <summary>How questions are put.</summary>
/// <param name="WithImages">Without, every question is asked as if there were no image: the visual dependency's other half.</param>
/// <param name="Behaviour">Prompts as the official evaluation feeds them, or exactly what precedes a response in training.</param>
/// <param name="Batch">How many are computed together, and lost by a kill.</param>
public sealed record AskSettings(bool WithImages = true, Behaviour Behaviour = Behaviour.Corrected, int Batch = 256);
