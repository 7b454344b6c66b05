using SVco.Models.Checkpoints;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>The tensors of a golden safetensors file by name.</summary>
sealed class TensorsOf(string path) : IDisposable
{
    readonly SafetensorsFile file = SafetensorsFile.Open(path);

    public Tensor this[string name] => file.Read(name);

    public IEnumerable<string> Names => file.Header.Tensors.Keys;

    public bool Has(string name) => file.Header.Tensors.ContainsKey(name);

    public void Dispose() => file.Dispose();
}
