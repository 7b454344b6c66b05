using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>A test on a recorded file; skipped, and said so, where the folder of recordings has it not.</summary>
public sealed class GoldenFileFactAttribute : FactAttribute
{
    public GoldenFileFactAttribute(string topic, string file)
    {
        if (!File.Exists(Golden.PathOf(topic, file)))
        {
            Skip = $"{Golden.Root} has no {topic}/{file}.";
        }
    }
}
