namespace SVco.Training;

/// <summary>What exchanges of one kind took so far.</summary>
public sealed class ExchangeTimes
{
    /// <summary>How long they were under way, beside the computation or not.</summary>
    public TimeSpan Transferring { get; internal set; }

    /// <summary>How long of it the computation stood still.</summary>
    public TimeSpan Waited { get; internal set; }
}
