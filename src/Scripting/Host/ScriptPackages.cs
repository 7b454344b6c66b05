using System.Collections.Concurrent;
using System.Collections.Immutable;
using SVco.Core;
using SVco.Experiments;
using SVco.Models;

namespace SVco.Scripting.Host;

/// <summary>Packages that a script names as dotnet script does: <c>nuget: ID, VERSION</c>.</summary>
static class ScriptPackages
{
    const string Scheme = "nuget:";

    /// <summary>What a checkout's prelude is to a script elsewhere.</summary>
    const string Prelude = "SVco.Scripting";

    static readonly ConcurrentDictionary<(NuGetPackage, string), ImmutableArray<string>> Known = [];

    /// <summary>Whether a directive names a package.</summary>
    public static bool IsPackage(string reference) => reference.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The script that a package brings. There is one: the prelude, which is this program's own.</summary>
    /// <exception cref="UserException">It is another package's, or that of another version.</exception>
    public static string ScriptOf(string reference)
    {
        var package = Parse(reference);
        return IsOurs(package)
            ? Repository.Prelude
            : throw new UserException(
                $"'#load {reference}' names no script that can be loaded: only {Prelude} brings one. Other packages are named by #r."
            );
    }

    /// <summary>The assemblies of a package and of what it needs; what this program has itself is its own.</summary>
    /// <param name="reference">What the directive says.</param>
    /// <param name="folder">NuGet's settings are looked for here and above.</param>
    /// <exception cref="UserException">It cannot be read or fetched, or is ours in another version.</exception>
    public static ImmutableArray<string> AssembliesOf(string reference, string folder)
    {
        var package = Parse(reference);
        return IsOurs(package)
            ? [HostAssemblies.PathOf(package.Id)!]
            : Known.GetOrAdd((package, folder), key => NuGetPackages.AssembliesOf([key.Item1], key.Item2));
    }

    static NuGetPackage Parse(string reference) =>
        reference[Scheme.Length..].Split(',', StringSplitOptions.TrimEntries) is [{ Length: > 0 } id, { Length: > 0 } version]
            ? new(id, version)
            : throw new UserException($"'{reference}' must name a package and its version, as in 'nuget: Newtonsoft.Json, 13.0.3'.");

    static bool IsOurs(NuGetPackage package)
    {
        var isOurs = package.Id.StartsWith("SVco.", StringComparison.OrdinalIgnoreCase) && HostAssemblies.PathOf(package.Id) is not null;
        return isOurs && package.Version != Repository.Version
            ? throw new UserException(
                $"The script wants {package}, and this is svco {Repository.Version}. Install that version, or change the script's line."
            )
            : isOurs;
    }
}
