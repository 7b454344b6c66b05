using System.Collections.Immutable;

namespace SVco.Experiments;

/// <summary>A point of a search space: a value for each of its axes.</summary>
/// <param name="Settings">In the order of the axes.</param>
public sealed record SweepPoint(ImmutableArray<Setting> Settings)
{
    /// <summary>What is equal for two points that give the same experiment.</summary>
    internal string Key =>
        string.Join('\n', Settings.Select(setting => $"{setting.Path}={setting.Canonical}").Order(StringComparer.Ordinal));

    /// <summary>An experiment with the point's values.</summary>
    /// <exception cref="Core.UserException">A field does not take its value.</exception>
    public Experiment On(Experiment experiment) =>
        Settings.Aggregate(experiment, (before, setting) => before.With(setting.Path, setting.Value));

    /// <inheritdoc/>
    public bool Equals(SweepPoint? other) => other is not null && Settings.SequenceEqual(other.Settings);

    /// <inheritdoc/>
    public override int GetHashCode() => Settings.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Settings);
}
