using System.Runtime.InteropServices;
using SVco.Files;

namespace SVco.Models;

/// <summary>Loads TorchSharp's native library, from a mended copy where the system's libstdc++ is older than the library wants.</summary>
static class TorchSharpLibrary
{
    /// <summary>Loads a file.</summary>
    /// <exception cref="DllNotFoundException">It does not exist or the loader refuses it.</exception>
    public static void Load(string file)
    {
        try
        {
            NativeLibrary.Load(file);
        }
        catch (DllNotFoundException error) when (OperatingSystem.IsLinux() && error.Message.Contains(LibStdCxxPatch.NewerVersion))
        {
            NativeLibrary.Load(MendedCopy(file));
        }
    }

    /// <summary>The copy in the user's cache, made once for each content of the package's file; that file itself is never touched.</summary>
    static string MendedCopy(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var folder = Path.Combine(CacheRoot.Of("native"), ContentHash.Of(bytes));
        var copy = Path.Combine(folder, Path.GetFileName(file));
        var mended = LibStdCxxPatch.Apply(bytes);
        if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(mended))
        {
            AtomicOutput.WriteFile(copy, stream => stream.Write(mended));
        }

        return copy;
    }
}
