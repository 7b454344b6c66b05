namespace SVco.Models;

/// <summary>A model without weights, to measure.</summary>
/// <param name="Name">Its name in the bench.</param>
/// <param name="Config">Its config.</param>
/// <param name="IsRealSize">Whether it is too large to be made in memory beside a step.</param>
public sealed record ModelGeometry(string Name, ModelConfig Config, bool IsRealSize = false);
