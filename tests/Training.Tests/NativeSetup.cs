using System.Runtime.CompilerServices;
using TorchSharp;

namespace SVco.Training.Tests;

static class NativeSetup
{
    /// <summary>Tests use tensors before they call anything of ours.</summary>
    [ModuleInitializer]
    internal static void Load()
    {
        Models.NativeLibraries.Load();
        // The models are so small that threads cost more than they give.
        torch.set_num_threads(1);
    }
}
