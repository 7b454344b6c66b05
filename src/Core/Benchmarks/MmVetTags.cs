using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>The tags of MM-Vet's items: a score is told for each capability, and for each set of capabilities that an item needs together.</summary>
public static class MmVetTags
{
    const string Set = "exactly ";

    /// <summary>The tags of an item: each of its capabilities, and their set.</summary>
    /// <param name="capabilities">Such as ocr and math.</param>
    public static ImmutableArray<string> Of(IEnumerable<string> capabilities)
    {
        string[] each = [.. capabilities.Distinct().Order(StringComparer.Ordinal)];
        return [.. each, OfSet(each)];
    }

    /// <summary>The tag of a set of capabilities, such as "exactly math + ocr".</summary>
    public static string OfSet(IEnumerable<string> capabilities) => Set + string.Join(" + ", capabilities.Order(StringComparer.Ordinal));
}
