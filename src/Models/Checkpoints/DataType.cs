using TorchSharp;

namespace SVco.Models.Checkpoints;

/// <summary>The element types of the safetensors format and their sizes.</summary>
public static class DataType
{
    /// <summary>Bytes of one element of a type named as in a safetensors header; null for a name the format does not know.</summary>
    public static int? SizeOf(string name) =>
        name switch
        {
            "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 1,
            "I16" or "U16" or "F16" or "BF16" => 2,
            "I32" or "U32" or "F32" => 4,
            "I64" or "U64" or "F64" or "C64" => 8,
            _ => null,
        };

    /// <summary>The tensor type of a name in a header; null where TorchSharp has none.</summary>
    public static torch.ScalarType? Parse(string name) =>
        name switch
        {
            "BOOL" => torch.ScalarType.Bool,
            "U8" => torch.ScalarType.Byte,
            "I8" => torch.ScalarType.Int8,
            "I16" => torch.ScalarType.Int16,
            "F16" => torch.ScalarType.Float16,
            "BF16" => torch.ScalarType.BFloat16,
            "I32" => torch.ScalarType.Int32,
            "F32" => torch.ScalarType.Float32,
            "I64" => torch.ScalarType.Int64,
            "F64" => torch.ScalarType.Float64,
            _ => null,
        };

    /// <summary>The name in a header of a tensor's type.</summary>
    /// <exception cref="ArgumentException">The format has no such type.</exception>
    public static string NameOf(torch.ScalarType type) =>
        type switch
        {
            torch.ScalarType.Bool => "BOOL",
            torch.ScalarType.Byte => "U8",
            torch.ScalarType.Int8 => "I8",
            torch.ScalarType.Int16 => "I16",
            torch.ScalarType.Float16 => "F16",
            torch.ScalarType.BFloat16 => "BF16",
            torch.ScalarType.Int32 => "I32",
            torch.ScalarType.Float32 => "F32",
            torch.ScalarType.Int64 => "I64",
            torch.ScalarType.Float64 => "F64",
            _ => throw new ArgumentException($"safetensors has no type for {type}.", nameof(type)),
        };

    /// <summary>The name that config.json's torch_dtype uses for a float type.</summary>
    /// <exception cref="ArgumentException">The type is no float type of PyTorch.</exception>
    public static string TorchNameOf(torch.ScalarType type) =>
        type switch
        {
            torch.ScalarType.Float16 => "float16",
            torch.ScalarType.BFloat16 => "bfloat16",
            torch.ScalarType.Float32 => "float32",
            torch.ScalarType.Float64 => "float64",
            _ => throw new ArgumentException($"{type} is no float type.", nameof(type)),
        };
}
