namespace SVco.Training;

/// <summary>A part of a step in which each rank takes one micro batch, or none where none is left for it.</summary>
/// <param name="HasBatch">Whether this rank has one.</param>
/// <param name="IsLastOwn">Whether it is this rank's last one of the step.</param>
/// <param name="AddsUp">Whether the ranks add up their gradients after it; the update does so after the last round.</param>
readonly record struct Round(bool HasBatch, bool IsLastOwn, bool AddsUp);
