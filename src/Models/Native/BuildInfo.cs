using System.Reflection;

namespace SVco.Models;

/// <summary>What the project file told the build.</summary>
static class BuildInfo
{
    /// <summary>A value by its name; null where this build has none.</summary>
    public static string? Value(string name) =>
        typeof(BuildInfo)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == name)
            ?.Value;
}
