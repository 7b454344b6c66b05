using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>Small numbers as words.</summary>
static class NumberWords
{
    /// <summary>The digits of "none" and of "zero" to "ten".</summary>
    public static ImmutableDictionary<string, string> Digits { get; } =
        new[] { "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten" }
            .Index()
            .ToImmutableDictionary(number => number.Item, number => $"{number.Index}")
            .Add("none", "0");
}
