using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Where 16-bit numbers are too coarse.</summary>
static class Widening
{
    /// <summary>fp32 for 16-bit types; fp32 and fp64 stay what they are, so a float64 model is float64 throughout.</summary>
    public static ScalarType AtLeastFloat32(ScalarType type) => type is ScalarType.Float64 ? type : ScalarType.Float32;

    public static Tensor AtLeastFloat32(Tensor x) => x.to(AtLeastFloat32(x.dtype));
}
