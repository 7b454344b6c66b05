namespace SVco.Core.Benchmarks;

/// <summary>What a mean is taken over.</summary>
public enum Over
{
    /// <summary>Groups within each category, then categories with equal weight. A group has the mark of its worst item.</summary>
    Categories,

    /// <summary>All items with equal weight, whatever their category and group.</summary>
    Items,
}

/// <summary>A number of a benchmark: the mean of one mark. Verdicts without the mark are left out.</summary>
/// <param name="Name">What is measured, such as "accuracy" or "wrong-kind captions".</param>
/// <param name="Mark">The mark's name in the verdicts.</param>
/// <param name="HigherIsBetter">False for rates that should fall.</param>
/// <param name="Averaged">Whether the average improvement over the base model counts it.</param>
public sealed record Metric(string Name, string Mark, bool HigherIsBetter = true, bool Averaged = true)
{
    /// <summary>What the mean is multiplied by: 100 makes percent of marks from 0 to 1.</summary>
    public double Scale { get; init; } = 100;

    /// <summary>What the mean is taken over.</summary>
    public Over Over { get; init; } = Over.Categories;

    /// <summary>The mark whose mean divides (LLaVA-Bench: the reference answer's); none where null.</summary>
    public string? RelativeTo { get; init; }

    /// <summary>The tag of the items that count (ScienceQA: those with an image); all where null.</summary>
    public string? Only { get; init; }
}
