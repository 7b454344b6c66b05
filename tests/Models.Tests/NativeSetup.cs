using System.Runtime.CompilerServices;

namespace SVco.Models.Tests;

static class NativeSetup
{
    /// <summary>Tests use tensors before they call anything of ours.</summary>
    [ModuleInitializer]
    internal static void Load() => NativeLibraries.Load();
}
