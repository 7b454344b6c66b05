using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SVco.Core;
using SVco.Models;

namespace SVco.Experiments;

/// <summary>The folder of scripts, sweeps, and the tiny checkpoints, pairs and questions: the checkout, else what a package brings of it.</summary>
public static class Repository
{
    /// <summary>What packages call their part of the checkout.</summary>
    const string Bundle = "bundle";

    static string? _root = RootAbove(AppContext.BaseDirectory) ?? Bundles.FirstOrDefault(Directory.Exists);

    /// <summary>The folder with <c>experiments</c>, <c>configs</c> and the prelude.</summary>
    /// <exception cref="UserException">The assemblies lie neither in a checkout nor in a package, and no prelude told where it is.</exception>
    public static string Root =>
        _root
        ?? throw new UserException(
            "The bundled scripts and checkpoints were not found: the assemblies of SVco lie neither in its checkout nor in its packages."
        );

    /// <summary>A file by a path; where there is none, the bundled one of that path, such as <c>experiments/svco_lvint.csx</c>.</summary>
    public static string Find(string path, string? folder = null) =>
        !Path.Exists(Path.GetFullPath(path, folder ?? Environment.CurrentDirectory))
        && _root is { } root
        && Path.Combine(root, path) is var bundled
        && File.Exists(bundled)
            ? bundled
            : path;

    /// <summary>The prelude that scripts begin with.</summary>
    public static string Prelude => Path.Combine(Root, PreludePath);

    /// <summary>The version of SVco, as its packages have it.</summary>
    public static string Version =>
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>
    /// Tells where the prelude lies. A script host such as dotnet script copies the assemblies that the prelude names to a folder of its
    /// own; what these need in turn, managed and native, is then found in the build's folder beside the prelude.
    /// </summary>
    public static void FoundFrom(string prelude)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(prelude))!;
        _root = RootAbove(folder) ?? _root;
        var built = Path.Combine(folder, "bin", "Release");
        if (!Directory.Exists(built))
        {
            return;
        }

        var context = AssemblyLoadContext.GetLoadContext(typeof(Repository).Assembly)!;
        context.Resolving += (_, name) =>
            Path.Combine(built, $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        context.ResolvingUnmanagedDll += (_, name) =>
            Directory.GetFiles(built, $"{name}.*").FirstOrDefault(IsNative) is { } file ? NativeLibrary.Load(file) : IntPtr.Zero;
    }

    static string PreludePath => Path.Combine("src", "Scripting", "svco.csx");

    /// <summary>Beside the program (the tool), two folders above the assembly (where a host loads it from the package), in NuGet's folders.</summary>
    static IEnumerable<string> Bundles =>
        NuGetPackages
            .PlacesOf(new("SVco.Experiments", Version))
            .Prepend(Path.Combine(Path.GetDirectoryName(typeof(Repository).Assembly.Location) ?? "", "..", ".."))
            .Prepend(AppContext.BaseDirectory)
            .Select(folder => Path.GetFullPath(Path.Combine(folder, Bundle)));

    static bool IsNative(string file) => Path.GetExtension(file) is ".so" or ".dylib" or ".dll";

    static string? RootAbove(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, PreludePath)))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }
}
