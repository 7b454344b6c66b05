namespace SVco.Core.Benchmarks;

public sealed partial record JudgePrompts
{
    /// <summary>Our own words.</summary>
    public static JudgePrompts SVco { get; } = new("SVco's prompt", new(""), new(""), new(""), new(""), new(""));
}
