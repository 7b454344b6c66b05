using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Evaluation.Results;
using SVco.Files;

namespace SVco.Miniature.Study;

/// <summary>What one objective with one seed gave; it is measured once and then reused.</summary>
/// <param name="Model">The objective's name.</param>
/// <param name="Seed">The finetuning seed.</param>
/// <param name="Seconds">The time of finetuning.</param>
/// <param name="Data">The SHA-256 of the finetuning pairs; null for the base model.</param>
/// <param name="Metrics">What it did in the benchmarks; without images too for the base model.</param>
/// <param name="Captions">Its first captions of the hallucination benchmark.</param>
/// <param name="Perplexities">Of captions.</param>
/// <param name="Curves">What training logged.</param>
/// <param name="Sensitivities">Of the first caption pairs.</param>
public sealed record MeasuredModel(
    string Model,
    int Seed,
    double Seconds,
    string? Data,
    ImmutableArray<MetricResult> Metrics,
    ImmutableArray<ModelAnswer> Captions,
    ImmutableArray<CaptionPerplexity> Perplexities,
    ImmutableArray<CurvePoint> Curves,
    ImmutableArray<Sensitivity> Sensitivities
)
{
    static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The SHA-256 of everything that it depends on: code, base model, pairs, objective, steps, seed and benchmarks.</summary>
    public static string Fingerprint(StudySettings settings, string baseModel, Treatment? treatment, int seed) =>
        ContentHash.Of(
            string.Join(
                '\n',
                [
                    Code,
                    baseModel,
                    $"{settings.Split} {settings.Items}",
                    .. treatment is null
                        ? new[] { MiniatureStudy.Base }
                        : [$"{settings.Pairs} {settings.Filtered} {seed}", $"{treatment.Name}: {treatment}"],
                ]
            )
        );

    /// <summary>The fingerprint of the code: of the compiled rooms that a study runs through.</summary>
    public static string Code { get; } =
        ContentHash.Of(
            string.Join(
                '\n',
                new[]
                {
                    typeof(Core.Objectives.Objective),
                    typeof(Models.VisionLanguageModel),
                    typeof(Training.Trainer),
                    typeof(Evaluation.Answers.Stages),
                    typeof(MeasuredModel),
                }.Select(type => $"{type.Module.ModuleVersionId}")
            )
        );

    /// <summary>The measured model that lies in a folder under its fingerprint; null where there is none.</summary>
    public static MeasuredModel? Find(string folder, string fingerprint) =>
        PathOf(folder, fingerprint) is var path && File.Exists(path)
            ? InputFile.Read(
                path,
                "a measured model; delete it, and it is measured again",
                () => JsonSerializer.Deserialize<MeasuredModel>(TextFile.Utf8(path).Span, Json)
            )
            : null;

    /// <summary>Puts it into a folder under its fingerprint, as a whole or not at all.</summary>
    public void Save(string folder, string fingerprint) =>
        AtomicOutput.WriteFile(PathOf(folder, fingerprint), stream => JsonSerializer.Serialize(stream, this, Json));

    /// <summary>Where the answers and verdicts of the model lie in a folder of measured models.</summary>
    public static string AnswersOf(string folder, string fingerprint) => Path.Combine(folder, fingerprint[..16]);

    static string PathOf(string folder, string fingerprint) => $"{AnswersOf(folder, fingerprint)}.json";
}
