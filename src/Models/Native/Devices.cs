using SVco.Core;
using TorchSharp;

namespace SVco.Models;

/// <summary>Devices by name.</summary>
public static class Devices
{
    /// <summary>The first CUDA device if there is one, else the CPU.</summary>
    public static torch.Device Best
    {
        get
        {
            NativeLibraries.Load();
            return torch.cuda.is_available() ? torch.device("cuda:0") : torch.CPU;
        }
    }

    /// <summary>Parses `auto`, `cpu`, `cuda` or `cuda:N`.</summary>
    /// <exception cref="UserException">The name is not one of them, or this machine has no such device.</exception>
    public static torch.Device Parse(string name)
    {
        NativeLibraries.Load();
        return name switch
        {
            "auto" => Best,
            "cpu" => torch.CPU,
            "cuda" => Cuda(0, name),
            _ when name.StartsWith("cuda:") && int.TryParse(name["cuda:".Length..], out var index) && index >= 0 => Cuda(index, name),
            _ => throw new UserException($"'{name}' is no device: use auto, cpu, cuda or cuda:N."),
        };
    }

    static torch.Device Cuda(int index, string name) =>
        torch.cuda.is_available() && index < torch.cuda.device_count()
            ? torch.device($"cuda:{index}")
            : throw new UserException(
                $"The device {name} is not there: libtorch sees {(torch.cuda.is_available() ? torch.cuda.device_count() : 0)} CUDA devices. "
                    + "Build with -p:Cuda=true or set LIBTORCH to a CUDA libtorch; else use cpu."
            );
}
