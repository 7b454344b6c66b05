using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>As <see cref="GoldenFactAttribute"/>, for several cases.</summary>
public sealed class GoldenTheoryAttribute : TheoryAttribute
{
    public GoldenTheoryAttribute(string topic)
    {
        if (!Directory.Exists(Golden.PathOf(topic)))
        {
            Skip = $"{Golden.Root} has no topic {topic}.";
        }
    }
}
