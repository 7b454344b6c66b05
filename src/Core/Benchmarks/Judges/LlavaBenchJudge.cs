using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>To come.</summary>
public sealed record LlavaBenchJudge(string Category, string Context, string Question, string Reference, JudgePrompts Prompts)
    : Grader.Judge
{
    /// <inheritdoc/>
    public override string Truth => Reference;

    /// <inheritdoc/>
    public override JudgeRequest? Request(string answer, int attempt) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double>? Read(string reply) => throw new NotImplementedException();
}
