using System.Text.Json.Serialization;
using SVco.Core;
using SVco.Core.Data;

namespace SVco.Curation.Candidates;

/// <summary>How the filter treats a candidate.</summary>
public enum Screening
{
    /// <summary>Kept when its two cosines are on the right sides of the thresholds (synthetic images).</summary>
    Filtered,

    /// <summary>Not filtered but sampled in proportion to the sources (left-right flips).</summary>
    Sampled,

    /// <summary>Neither: pairs that somebody curated already.</summary>
    Passed,
}

/// <summary>Where the pixels of an L image come from.</summary>
public enum LOrigin
{
    /// <summary>A file of its own.</summary>
    File,

    /// <summary>The mirrored W image.</summary>
    Mirror,

    /// <summary>A seeded random crop of the W image, as mDPO makes its negatives.</summary>
    Crop,
}

/// <summary>
/// A pair on its way from a source into MVC. Each stage fills in what it finds out; all but the first four and the texts may be unset. Its W and
/// L sides are called positive and negative in the stages' files, as in the sources.
/// </summary>
/// <param name="Source">The data set, e.g. CounterCurate.</param>
/// <param name="Kind">The source's own name of the contrast, e.g. left_right.</param>
/// <param name="Type">The paper's type of contrast.</param>
/// <param name="Key">The entry's name within source and kind.</param>
/// <param name="WImage">The W image's path relative to the data root, with slashes.</param>
/// <param name="LImage">The same of the L image; null when it is made from the W image.</param>
/// <param name="WCaption">Describes the W image.</param>
/// <param name="LCaption">Describes the L image.</param>
public sealed record Candidate(
    string Source,
    string Kind,
    ContrastType Type,
    string Key,
    [property: JsonPropertyName("positive_image")] string WImage,
    [property: JsonPropertyName("negative_image")] string? LImage,
    [property: JsonPropertyName("positive_caption")] string WCaption,
    [property: JsonPropertyName("negative_caption")] string LCaption
)
{
    /// <summary>How the filter treats it.</summary>
    public Screening Screening { get; init; }

    /// <summary>Where the L image's pixels come from.</summary>
    [JsonPropertyName("negative_origin")]
    public LOrigin LOrigin { get; init; }

    /// <summary>The cosine of the two SigLIP embeddings; null when not measured.</summary>
    public double? SiglipCosine { get; init; }

    /// <summary>The cosine of the two DINOv2 embeddings; null when not measured.</summary>
    public double? Dinov2Cosine { get; init; }

    /// <summary>SHA-256 of the W image's file; null when not measured.</summary>
    [JsonPropertyName("positive_content")]
    public string? WContent { get; init; }

    /// <summary>SHA-256 of the L image's file; null when not measured or made from the W image.</summary>
    [JsonPropertyName("negative_content")]
    public string? LContent { get; init; }

    /// <summary>The system prompt; most have none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>The user's text; null until augmented.</summary>
    public string? Question { get; init; }

    /// <summary>The answer that fits the W image; null until augmented.</summary>
    [JsonPropertyName("positive_response")]
    public string? WResponse { get; init; }

    /// <summary>The answer that fits the L image; null until augmented.</summary>
    [JsonPropertyName("negative_response")]
    public string? LResponse { get; init; }

    /// <summary>Its name in all of the sources.</summary>
    public string Id => $"{Source}/{Kind}/{Key}";

    /// <summary>Whether it has the three texts of a pair already.</summary>
    public bool HasTexts => Question is not null && WResponse is not null && LResponse is not null;

    /// <summary>The W image below a data root.</summary>
    public ImageSource W(string root) => new ImageSource.File(Below(root, WImage));

    /// <summary>The L image below a data root.</summary>
    public ImageSource L(string root) =>
        LOrigin switch
        {
            LOrigin.Mirror => new ImageSource.Flipped(W(root)),
            LOrigin.Crop => new ImageSource.RandomCrop(W(root), 0.01, 0.2, SplitMix64.Derive(0, Id)),
            _ => new ImageSource.File(
                Below(root, LImage ?? throw new UserException($"{Id} has neither a negative image nor a rule to make it."))
            ),
        };

    /// <summary>
    /// The images it was made of, by content where that is known and by path; two candidates with a common one must not be on both sides
    /// of a split.
    /// </summary>
    public IEnumerable<string> Images() => ((string?[])[WImage, LImage, WContent, LContent]).OfType<string>();

    static string Below(string root, string path) => root.Length == 0 ? path : $"{root.TrimEnd('/')}/{path}";
}

/// <summary>Something that was in a source and is no candidate, and why.</summary>
/// <param name="Source">The data set.</param>
/// <param name="Kind">The source's name of the contrast.</param>
/// <param name="Key">The entry's name.</param>
/// <param name="Reason">One of few sentences, so that they can be counted.</param>
/// <param name="Detail">What exactly, e.g. where it was looked for.</param>
public sealed record RefusedEntry(string Source, string Kind, string Key, string Reason, string Detail);

/// <summary>A candidate that does not go on, and why.</summary>
/// <param name="Reason">One of few sentences, so that they can be counted.</param>
/// <param name="Candidate">The candidate.</param>
/// <param name="Detail">What exactly.</param>
public sealed record RefusedCandidate(string Reason, Candidate Candidate, string Detail = "")
{
    internal RefusedEntry Entry => new(Candidate.Source, Candidate.Kind, Candidate.Key, Reason, Detail);
}

/// <summary>What a reader says of one entry of a source.</summary>
public abstract record Reading
{
    Reading() { }

    /// <summary>A candidate.</summary>
    public sealed record Found(Candidate Candidate) : Reading;

    /// <summary>None, and why.</summary>
    public sealed record Refused(RefusedEntry Entry) : Reading;
}
