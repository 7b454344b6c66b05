namespace SVco.Training;

/// <summary>What several processes had to do with each other in a step.</summary>
/// <param name="IdleShare">The share of the step's time in which a process waited for others or for transfers, its mean over all of them.</param>
/// <param name="Bytes">What all have sent to each other.</param>
public sealed record StepTraffic(double IdleShare, long Bytes);
