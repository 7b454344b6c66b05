using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using SVco.Core;

namespace SVco.Models;

/// <summary>A package by its name and exact version.</summary>
public sealed record NuGetPackage(string Id, string Version)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Id} {Version}";
}

/// <summary>Packages of NuGet on this machine; what is missing is fetched by the .NET SDK, with the person's own sources and folders.</summary>
public static class NuGetPackages
{
    /// <summary>The folders that packages may lie in; those that the program and this assembly were built from first.</summary>
    public static IEnumerable<string> Folders =>
        new[]
        {
            AppContext.GetData("SVco.NuGetPackageRoot") as string,
            BuildInfo.Value("NuGetPackageRoot"),
            Environment.GetEnvironmentVariable("NUGET_PACKAGES"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        }
            .OfType<string>()
            .Where(folder => folder.Length > 0)
            .Select(Path.TrimEndingDirectorySeparator)
            .Distinct();

    /// <summary>Where a package may lie.</summary>
    public static IEnumerable<string> PlacesOf(NuGetPackage package) => Folders.Select(folder => PlaceIn(folder, package));

    /// <summary>The folder of a package, fetched where it is not there.</summary>
    /// <exception cref="UserException">It is not there and cannot be fetched.</exception>
    public static string Get(NuGetPackage package)
    {
        if (PlacesOf(package).FirstOrDefault(Directory.Exists) is { } place)
        {
            return place;
        }

        Console.Error.WriteLine($"Fetching {package} by NuGet, once...");
        var item = new XElement(
            "PackageDownload",
            new XAttribute("Include", package.Id),
            new XAttribute("Version", $"[{package.Version}]")
        );
        using var restored = Restore([item], Environment.CurrentDirectory, $"{package}");
        var root = restored.RootElement.GetProperty("Properties").GetProperty("NuGetPackageRoot").GetString()!;
        return PlaceIn(root, package);
    }

    /// <summary>The assemblies of packages and of all that they need, for this system.</summary>
    /// <param name="packages">Packages by name and version; a version is the lowest that is wanted.</param>
    /// <param name="folder">NuGet's settings are looked for here and above.</param>
    /// <exception cref="UserException">One of them cannot be fetched.</exception>
    public static ImmutableArray<string> AssembliesOf(IReadOnlyCollection<NuGetPackage> packages, string folder)
    {
        var items = packages.Select(package => new XElement(
            "PackageReference",
            new XAttribute("Include", package.Id),
            new XAttribute("Version", package.Version)
        ));
        using var restored = Restore(items, folder, string.Join(", ", packages));
        return
        [
            .. restored
                .RootElement.GetProperty("Items")
                .GetProperty("RuntimeCopyLocalItems")
                .EnumerateArray()
                .Select(item => item.GetProperty("FullPath").GetString()!),
        ];
    }

    static string PlaceIn(string folder, NuGetPackage package) =>
        Path.Combine(folder, package.Id.ToLowerInvariant(), package.Version.ToLowerInvariant());

    static JsonDocument Restore(IEnumerable<XElement> items, string settings, string what)
    {
        var folder = Directory.CreateTempSubdirectory("svco-nuget");
        try
        {
            var project = Path.Combine(folder.FullName, "packages.csproj");
            var properties = new XElement(
                "PropertyGroup",
                new XElement("TargetFramework", $"net{Environment.Version.ToString(2)}"),
                new XElement("RuntimeIdentifier", NativeLibraries.Rid),
                new XElement("RestoreRootConfigDirectory", settings),
                new XElement("ImportDirectoryBuildProps", false),
                new XElement("ImportDirectoryBuildTargets", false),
                new XElement("ImportDirectoryPackagesProps", false)
            );
            new XElement("Project", new XAttribute("Sdk", "Microsoft.NET.Sdk"), properties, new XElement("ItemGroup", items)).Save(project);
            return Asked(
                what,
                folder.FullName,
                [
                    "msbuild",
                    project,
                    "-restore",
                    "-nologo",
                    "-verbosity:quiet",
                    "-target:ResolvePackageAssets",
                    "-getItem:RuntimeCopyLocalItems",
                    "-getProperty:NuGetPackageRoot",
                ]
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static JsonDocument Asked(string what, string folder, IEnumerable<string> args)
    {
        try
        {
            using var sdk = Process.Start(
                new ProcessStartInfo("dotnet", args)
                {
                    WorkingDirectory = folder,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var errors = sdk.StandardError.ReadToEndAsync();
            var output = sdk.StandardOutput.ReadToEnd();
            sdk.WaitForExit();
            return sdk.ExitCode == 0 ? JsonDocument.Parse(output) : throw Failed(what, $"{errors.Result}\n{output}");
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or JsonException)
        {
            throw Failed(what, error.Message);
        }
    }

    static UserException Failed(string what, string told) =>
        new(
            $"NuGet does not give {what}. "
                + (
                    told.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal)) is { } line
                        ? line[(line.IndexOf("error", StringComparison.Ordinal))..].Trim()
                        : told.Trim()
                )
                + " It is fetched by the .NET SDK: see that `dotnet` is found and that NuGet's sources have the package."
        );
}
