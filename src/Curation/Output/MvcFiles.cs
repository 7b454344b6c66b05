using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parquet.Serialization;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Curation.Output;

/// <summary>A pair as the official code reads it, and two fields more that it does not look at.</summary>
public sealed record MvcEntry
{
    /// <summary>The positive image, one path relative to the data root.</summary>
    [JsonPropertyName("chosen_images")]
    public List<string> ChosenImages { get; set; } = [];

    /// <summary>The negative image, one path relative to the data root.</summary>
    [JsonPropertyName("rejected_images")]
    public List<string> RejectedImages { get; set; } = [];

    /// <summary>The system prompt; empty for none.</summary>
    [JsonPropertyName("system_prompt")]
    public string SystemPrompt { get; set; } = "";

    /// <summary>The question.</summary>
    [JsonPropertyName("instruction_prompt")]
    public string InstructionPrompt { get; set; } = "";

    /// <summary>The answer that fits the positive image.</summary>
    [JsonPropertyName("chosen_response")]
    public string ChosenResponse { get; set; } = "";

    /// <summary>The answer that fits the negative image.</summary>
    [JsonPropertyName("rejected_response")]
    public string RejectedResponse { get; set; } = "";

    /// <summary>The data set.</summary>
    [JsonPropertyName("source")]
    public string Source { get; set; } = "";

    /// <summary>The type of contrast.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";
}

/// <summary>Writes pairs in the official schema, as JSON and as Parquet, and the images that exist only as an edit.</summary>
static class MvcFiles
{
    static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The entry of a pair whose images are all files.</summary>
    /// <exception cref="UserException">It has no texts yet.</exception>
    public static MvcEntry Entry(Candidate pair, string systemPrompt) =>
        new()
        {
            ChosenImages = [pair.WImage],
            RejectedImages = [pair.LImage ?? throw new UserException($"{pair.Id} has no negative image.")],
            SystemPrompt = pair.SystemPrompt ?? systemPrompt,
            InstructionPrompt = pair.Question ?? throw new UserException($"{pair.Id} has no question yet. Run `svco data augment` first."),
            ChosenResponse = pair.WResponse!,
            RejectedResponse = pair.LResponse!,
            Source = pair.Source,
            Type = pair.Type.ToString(),
        };

    /// <summary>Writes a JSON list.</summary>
    public static void WriteJson(string path, IEnumerable<MvcEntry> entries) =>
        AtomicOutput.WriteFile(path, stream => JsonSerializer.Serialize(stream, entries, Options));

    /// <summary>Writes a Parquet file with the columns of the JSON.</summary>
    public static async Task WriteParquetAsync(string path, IReadOnlyCollection<MvcEntry> entries)
    {
        using var memory = new MemoryStream();
        await ParquetSerializer.SerializeAsync(entries, memory);
        AtomicOutput.WriteFile(path, stream => memory.WriteTo(stream));
    }

    /// <summary>Gives a pair whose negative image is an edit of the positive one a file of its own, below the data root.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="dataRoot">Where its images are.</param>
    /// <param name="folder">Where to write, below the data root.</param>
    public static Candidate WithFile(Candidate pair, string dataRoot, string folder)
    {
        if (pair.LOrigin == LOrigin.File)
        {
            return pair;
        }

        var name =
            $"{Path.GetFileNameWithoutExtension(pair.WImage)}_{SplitMix64.Derive(0, $"{pair.LOrigin} {pair.WImage} {pair.Id}"):x16}.png";
        var relative = $"{folder}/{name}";
        var image = ImageRenderer.Render(pair.L(dataRoot));
        AtomicOutput.WriteFile(Path.Combine(dataRoot, relative), stream => Bitmaps.WritePng(image, stream));
        return pair with { LImage = relative, LOrigin = LOrigin.File };
    }
}
