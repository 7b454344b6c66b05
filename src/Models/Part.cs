namespace SVco.Models;

/// <summary>The parts of a vision-language model.</summary>
[Flags]
public enum Part
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>The image encoder.</summary>
    VisionTower = 1,

    /// <summary>What makes embeddings of the language model from image features.</summary>
    Projector = 2,

    /// <summary>The decoder with its embeddings and head.</summary>
    LanguageModel = 4,
}
