using System.Collections.Immutable;

namespace SVco.Evaluation.Results;

/// <summary>What of an evaluation's settings decides how a model's answers come about; the values are texts, as the settings hold them.</summary>
/// <param name="Temperature">"none" takes the most likely token each time.</param>
/// <param name="TopP">The share of the likely tokens that is drawn from.</param>
/// <param name="Runs">How many answers to each question.</param>
/// <param name="Precision">Of weights and matrix products.</param>
/// <param name="VisionPrecision">Of the vision tower; "none" for the same.</param>
/// <param name="Behaviour">Whose prompts and answers: official or corrected.</param>
sealed record Decoding(string Temperature, string TopP, string Runs, string Precision, string VisionPrecision, string Behaviour)
{
    const string Unset = "none";

    /// <summary>Greedy, one run, fp32, official.</summary>
    public static Decoding Default { get; } = new(Unset, "1", "1", "fp32", Unset, "official");

    /// <summary>Reads settings; what they do not have is as <see cref="Default"/>.</summary>
    public static Decoding Of(ImmutableArray<(string Name, string Value)> settings)
    {
        return new(
            Value("temperature", Default.Temperature),
            Value("top_p", Default.TopP),
            Value("runs", Default.Runs),
            Value("precision", Default.Precision),
            Value("vision_precision", Default.VisionPrecision),
            Value("behaviour", Default.Behaviour)
        );

        string Value(string name, string missing) => settings.FirstOrDefault(setting => setting.Name == name).Value ?? missing;
    }

    /// <summary>In words: "drawn at temperature 1.5, 3 runs, in bf16".</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            new[]
            {
                Temperature == Unset ? "greedy" : $"drawn at temperature {Temperature}",
                TopP == Default.TopP ? "" : $"top-p {TopP}",
                Runs == Default.Runs ? "" : $"{Runs} runs",
                $"in {Precision}",
                VisionPrecision == Unset || VisionPrecision == Precision ? "" : $"the vision tower in {VisionPrecision}",
                Behaviour == Default.Behaviour ? "" : $"{Behaviour} prompts",
            }.Where(part => part.Length > 0)
        );
}
