namespace SVco.Training.Bench;

/// <summary>One measurement of answers that are written.</summary>
public sealed record GenerateSettings
{
    /// <summary>A name of <see cref="BenchGeometry.Named"/> or the path of a config.json, for random weights, images and prompts.</summary>
    public string Geometry { get; init; } = "mid";

    /// <summary>A folder with checkpoint, images and questions.jsonl as official_generate.py makes it; empty makes random ones in memory.</summary>
    public string Folder { get; init; } = "";

    /// <summary>How many questions.</summary>
    public int Questions { get; init; } = 64;

    /// <summary>On how many images.</summary>
    public int Images { get; init; } = 16;

    /// <summary>Tokens of each answer; nothing ends one earlier.</summary>
    public int NewTokens { get; init; } = 32;

    /// <summary>Threads of the matrix products; 0 leaves the library's choice.</summary>
    public int Threads { get; init; }

    /// <summary>How many answers are written at a time at most; 0 leaves the engine's choice.</summary>
    public int Rows { get; init; }

    /// <summary>The most tokens whose keys and values are held; 0 leaves the engine's choice.</summary>
    public long TokenBudget { get; init; }
}
