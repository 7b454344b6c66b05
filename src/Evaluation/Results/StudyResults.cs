using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Core;
using SVco.Files;

namespace SVco.Evaluation.Results;

/// <summary>
/// Everything a study measured, as plain numbers and texts: what a report is made of. It lies in a study's folder as <c>results.json</c>;
/// pictures lie beside it, named by paths relative to the folder.
/// </summary>
/// <param name="Name">The study's name, as in its folder.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Notes">Sentences a reader must know: what was cut in a quick run, what one seed can say.</param>
/// <param name="Recipe">Settings in the order to show them: data dials, steps, seeds, command.</param>
/// <param name="Fingerprints">Of code, data and model, by these names: SHA-256 in hexadecimal.</param>
/// <param name="Models">What was compared, the base model first.</param>
/// <param name="Metrics">Benchmark numbers.</param>
/// <param name="Perplexities">The paper's Fig. 2.</param>
/// <param name="Curves">What training logged.</param>
/// <param name="Examples">Pictures with every model's answer.</param>
/// <param name="Sensitivities">Responses with the visual sensitivity of each token.</param>
public sealed record StudyResults(
    string Name,
    string Title,
    ImmutableArray<string> Notes,
    ImmutableArray<NamedValue> Recipe,
    ImmutableArray<NamedValue> Fingerprints,
    ImmutableArray<ModelResult> Models,
    ImmutableArray<MetricResult> Metrics,
    ImmutableArray<CaptionPerplexity> Perplexities,
    ImmutableArray<CurvePoint> Curves,
    ImmutableArray<Example> Examples,
    ImmutableArray<Sensitivity> Sensitivities
)
{
    /// <summary>The file in a study's folder.</summary>
    public const string FileName = "results.json";

    static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads <see cref="FileName"/> of a study's folder.</summary>
    /// <exception cref="UserException">There is none, or it is not a study's.</exception>
    public static StudyResults Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? InputFile.Read(path, "a study's; run the study again", () => Read(TextFile.Utf8(path)))
            : throw new UserException($"{path} does not exist. Give the folder of a finished study, such as runs/miniature.");
    }

    static StudyResults Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return
            !HasNullElements(document.RootElement)
            && document.Deserialize<StudyResults>(Json) is { } results
            && results.Sensitivities.All(sensitivity => sensitivity.Tokens.Length == sensitivity.Values.Length)
            ? results
            : throw new JsonException("null stands for an element, or tokens and values differ in number");
    }

    /// <summary>Annotations are only respected for members.</summary>
    static bool HasNullElements(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Null || HasNullElements(item)),
            JsonValueKind.Object => value.EnumerateObject().Any(member => HasNullElements(member.Value)),
            _ => false,
        };

    /// <summary>Writes <see cref="FileName"/> into a folder, as a whole or not at all.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicOutput.WriteFile(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, Json));
    }
}
