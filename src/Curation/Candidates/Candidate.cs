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

/// <summary>Where the pixels of a negative image come from.</summary>
public enum NegativeOrigin
{
    /// <summary>A file of its own.</summary>
    File,

    /// <summary>The mirrored positive image.</summary>
    Mirror,

    /// <summary>A seeded random crop of the positive image, as mDPO makes its negatives.</summary>
    Crop,
}

/// <summary>
/// A pair on its way from a source into MVC. Each stage fills in what it finds out; all but the first four and the texts may be unset.
/// </summary>
/// <param name="Source">The data set, e.g. CounterCurate.</param>
/// <param name="Kind">The source's own name of the contrast, e.g. left_right.</param>
/// <param name="Type">The paper's type of contrast.</param>
/// <param name="Key">The entry's name within source and kind.</param>
/// <param name="PositiveImage">The path relative to the data root, with slashes.</param>
/// <param name="NegativeImage">The same of the other image; null when it is made from the positive one.</param>
/// <param name="PositiveCaption">Describes the positive image.</param>
/// <param name="NegativeCaption">Describes the negative image.</param>
public sealed record Candidate(
    string Source,
    string Kind,
    ContrastType Type,
    string Key,
    string PositiveImage,
    string? NegativeImage,
    string PositiveCaption,
    string NegativeCaption
)
{
    /// <summary>How the filter treats it.</summary>
    public Screening Screening { get; init; }

    /// <summary>Where the negative image's pixels come from.</summary>
    public NegativeOrigin NegativeOrigin { get; init; }

    /// <summary>The cosine of the two SigLIP embeddings; null when not measured.</summary>
    public double? SiglipCosine { get; init; }

    /// <summary>The cosine of the two DINOv2 embeddings; null when not measured.</summary>
    public double? Dinov2Cosine { get; init; }

    /// <summary>SHA-256 of the positive image's file; null when not measured.</summary>
    public string? PositiveContent { get; init; }

    /// <summary>SHA-256 of the negative image's file; null when not measured or made from the positive one.</summary>
    public string? NegativeContent { get; init; }

    /// <summary>The system prompt; most have none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>The user's text; null until augmented.</summary>
    public string? Question { get; init; }

    /// <summary>The answer that fits the positive image; null until augmented.</summary>
    public string? PositiveResponse { get; init; }

    /// <summary>The answer that fits the negative image; null until augmented.</summary>
    public string? NegativeResponse { get; init; }

    /// <summary>Its name in all of the sources.</summary>
    public string Id => $"{Source}/{Kind}/{Key}";

    /// <summary>Whether it has the three texts of a pair already.</summary>
    public bool HasTexts => Question is not null && PositiveResponse is not null && NegativeResponse is not null;

    /// <summary>The positive image below a data root.</summary>
    public ImageSource Positive(string root) => new ImageSource.File(Below(root, PositiveImage));

    /// <summary>The negative image below a data root.</summary>
    public ImageSource Negative(string root) =>
        NegativeOrigin switch
        {
            NegativeOrigin.Mirror => new ImageSource.Flipped(Positive(root)),
            NegativeOrigin.Crop => new ImageSource.RandomCrop(Positive(root), 0.01, 0.2, SplitMix64.Derive(0, Id)),
            _ => new ImageSource.File(
                Below(root, NegativeImage ?? throw new UserException($"{Id} has neither a negative image nor a rule to make it."))
            ),
        };

    /// <summary>
    /// The images it was made of, by content where that is known and by path; two candidates with a common one must not be on both sides
    /// of a split.
    /// </summary>
    public IEnumerable<string> Images() => ((string?[])[PositiveImage, NegativeImage, PositiveContent, NegativeContent]).OfType<string>();

    static string Below(string root, string path) => root.Length == 0 ? path : $"{root.TrimEnd('/')}/{path}";
}

/// <summary>Something that was in a source and is no candidate, and why.</summary>
/// <param name="Source">The data set.</param>
/// <param name="Kind">The source's name of the contrast.</param>
/// <param name="Key">The entry's name.</param>
/// <param name="Reason">One of few sentences, so that they can be counted.</param>
/// <param name="Detail">What exactly, e.g. where it was looked for.</param>
public sealed record Dropped(string Source, string Kind, string Key, string Reason, string Detail);

/// <summary>What a reader says of one entry of a source.</summary>
public abstract record Reading
{
    Reading() { }

    /// <summary>A candidate.</summary>
    public sealed record Found(Candidate Candidate) : Reading;

    /// <summary>None, and why.</summary>
    public sealed record Lost(Dropped Dropped) : Reading;
}
