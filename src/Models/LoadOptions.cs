using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>Where and how precisely a model is held.</summary>
public sealed record LoadOptions
{
    /// <summary>The device; the CPU unless said otherwise. See <see cref="Devices.Parse"/>.</summary>
    public Device Device { get; init; } = Cpu();

    /// <summary>The float type of the language model and the projector; null keeps the file's (fp32 for random weights).</summary>
    public ScalarType? Dtype { get; init; } = ScalarType.Float32;

    /// <summary>The float type of the vision tower; null means the same as <see cref="Dtype"/>.</summary>
    public ScalarType? VisionDtype { get; init; }

    static Device Cpu()
    {
        NativeLibraries.Load();
        return CPU;
    }
}
