namespace SVco.Training;

/// <summary>What exchanges of one kind took so far.</summary>
/// <param name="Transferring">How long they were under way, beside the computation or not; waiting for other ranks counts.</param>
/// <param name="Waited">How long the computation stood still for them.</param>
public readonly record struct ExchangeTimes(TimeSpan Transferring, TimeSpan Waited);
