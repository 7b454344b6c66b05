using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SVco.Core;

namespace SVco.Experiments;

/// <summary>The checkout that the scripts lie in; the bundled checkpoints and pairs are found from it.</summary>
public static class Repository
{
    static string? _root = RootAbove(AppContext.BaseDirectory);

    /// <summary>The folder of SVco.sln.</summary>
    /// <exception cref="UserException">Neither the assemblies nor the prelude lie in a checkout.</exception>
    public static string Root =>
        _root ?? throw new UserException("The SVco checkout was not found. Begin the script with #load \"../src/Scripting/svco.csx\".");

    /// <summary>
    /// Tells where the prelude lies. A script host such as dotnet script copies the assemblies that the prelude names to a folder of its
    /// own; what these need in turn, managed and native, is then found in the build's folder beside the prelude.
    /// </summary>
    public static void FoundFrom(string prelude)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(prelude))!;
        _root = RootAbove(folder) ?? _root;
        var built = Path.Combine(folder, "bin", "Release");
        var context = AssemblyLoadContext.GetLoadContext(typeof(Repository).Assembly)!;
        context.Resolving += (_, name) =>
            Path.Combine(built, $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        context.ResolvingUnmanagedDll += (_, name) =>
            Directory.GetFiles(built, $"{name}.*").FirstOrDefault(IsNative) is { } file ? NativeLibrary.Load(file) : IntPtr.Zero;
    }

    static bool IsNative(string file) => Path.GetExtension(file) is ".so" or ".dylib" or ".dll";

    static string? RootAbove(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "SVco.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }
}
