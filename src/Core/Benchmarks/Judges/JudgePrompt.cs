using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>The text in which a judge is asked about one answer, with names in braces where the item's texts go, such as {question}.</summary>
/// <param name="User">The user's message. Braces around anything but one of the benchmark's names are text.</param>
/// <param name="System">The system message before it; none where empty.</param>
/// <param name="Hint">What is added to the user's message where a first reply could not be read; nothing where empty.</param>
public sealed record JudgePrompt(string User, string System = "", string Hint = "")
{
    /// <summary>The messages about an answer.</summary>
    /// <param name="hinted">Whether the hint is added.</param>
    /// <param name="parts">What stands for each name.</param>
    public ImmutableArray<JudgeMessage> Messages(bool hinted, params (string Name, string Text)[] parts) =>
        throw new NotImplementedException();
}
