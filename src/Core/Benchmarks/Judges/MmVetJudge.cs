using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>To come.</summary>
public sealed record MmVetJudge(string Question, string Answer, JudgePrompts Prompts) : Grader.Judge
{
    /// <inheritdoc/>
    public override string Truth => Answer;

    /// <inheritdoc/>
    public override JudgeRequest? Request(string answer, int attempt) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double>? Read(string reply) => throw new NotImplementedException();
}
