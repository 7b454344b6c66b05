namespace SVco.Tests;

/// <summary>A test on a topic's recordings; skipped, and said so, where the folder of recordings has none of the topic.</summary>
public sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute(string topic)
    {
        if (!Directory.Exists(Golden.PathOf(topic)))
        {
            Skip = $"{Golden.Root} has no topic {topic}.";
        }
    }
}
