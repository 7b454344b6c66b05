using System.Collections.Immutable;
using SVco.Core;
using SVco.Models;

namespace SVco.Training.Bench;

/// <summary>The models that are measured.</summary>
public static class BenchGeometry
{
    /// <summary>Those that are too large to be made in memory beside a step.</summary>
    public static ImmutableSortedDictionary<string, ModelConfig> RealSize { get; } = Geometries(isRealSize: true);

    /// <summary>The others.</summary>
    public static ImmutableSortedDictionary<string, ModelConfig> Named { get; } = Geometries(isRealSize: false);

    /// <summary>A named geometry, or that of a config.json.</summary>
    /// <exception cref="UserException">It is neither.</exception>
    public static ModelConfig Read(string name) =>
        Named.TryGetValue(name, out var config) || RealSize.TryGetValue(name, out config) ? config
        : File.Exists(name) ? ModelFamilies.ReadConfig(name)
        : throw new UserException(
            $"There is no geometry '{name}'. Give one of {string.Join(", ", Named.Keys.Concat(RealSize.Keys))}, or the path of a config.json."
        );

    /// <summary>The settings' geometry with as many image tokens as they want.</summary>
    /// <exception cref="UserException">There is no such geometry.</exception>
    public static ModelConfig Of(BenchSettings settings)
    {
        var config = Read(settings.Geometry);
        return settings.ImageTokens == 0 ? config : config.WithImageTokens(settings.ImageTokens);
    }

    static ImmutableSortedDictionary<string, ModelConfig> Geometries(bool isRealSize) =>
        ModelFamilies
            .All.SelectMany(family => family.Geometries)
            .Where(geometry => geometry.IsRealSize == isRealSize)
            .ToImmutableSortedDictionary(geometry => geometry.Name, geometry => geometry.Config);
}
