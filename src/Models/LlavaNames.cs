namespace SVco.Models;

/// <summary>The names of LLaVA's parts in checkpoints; ours are those of transformers before 4.52, which every version reads.</summary>
static class LlavaNames
{
    public const string Tower = "vision_tower.vision_model.";
    public const string Decoder = "language_model.";

    public static bool IsVision(string name) => name.StartsWith("vision_tower.");

    /// <summary>The names under which a file may hold a parameter: ours, then that of transformers since 4.52.</summary>
    public static IEnumerable<string> InFiles(string name) =>
        [
            name,
            name switch
            {
                _ when name.StartsWith("language_model.model.") => "model.language_model." + name["language_model.model.".Length..],
                _ when name.StartsWith("language_model.") => name["language_model.".Length..],
                _ => "model." + name,
            },
        ];
}
