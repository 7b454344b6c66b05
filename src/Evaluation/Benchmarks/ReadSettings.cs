using SVco.Core;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Benchmarks;

/// <summary>How benchmarks are read.</summary>
/// <param name="Behaviour">
/// Official: items as the official scripts put them, and their rule's number first. Corrected: pairs and pictures of MMVP by its Index column,
/// a literal image tag in a question stays text, and the corrected rule's number first.
/// </param>
public sealed record ReadSettings(Behaviour Behaviour = Behaviour.Official)
{
    /// <summary>The texts in which judges are asked.</summary>
    public JudgePrompts Prompts { get; init; } = JudgePrompts.SVco;
}
