using SVco.Core;

namespace SVco.Curation.Candidates;

/// <summary>The filter of MVC: the images look alike to SigLIP (the scene is the same) and unlike to DINOv2 (the change can be seen).</summary>
/// <param name="SiglipMin">The cosine of SigLIP is above it.</param>
/// <param name="Dinov2Max">The cosine of DINOv2 is below it.</param>
public sealed record Thresholds(double SiglipMin, double Dinov2Max)
{
    /// <summary>The paper's: 0.7 and 0.5.</summary>
    public static Thresholds Paper { get; } = new(0.7, 0.5);

    /// <summary>Whether a filtered candidate is kept; null for one that is not filtered.</summary>
    /// <exception cref="UserException">The candidate is to be filtered but has no cosines.</exception>
    public bool? Keeps(Candidate candidate) =>
        candidate.Screening != Screening.Filtered ? null
        : candidate is { SiglipCosine: { } siglip, Dinov2Cosine: { } dinov2 } ? siglip > SiglipMin && dinov2 < Dinov2Max
        : throw new UserException($"{candidate.Id} has no cosines yet. Run `svco data filter` first.");
}
