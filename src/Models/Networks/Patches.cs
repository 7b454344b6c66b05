using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>The first layer of a vision transformer.</summary>
static class Patches
{
    /// <summary>Pixels [images, channels, height, width] -> embedded patches [images, patches, width], row by row.</summary>
    public static Tensor Embed(Tensor pixels, Tensor weight, Tensor? bias, long size) =>
        nn.functional.conv2d(pixels.to(weight.dtype, weight.device), weight, bias, strides: [size, size]).flatten(2).transpose(1, 2);
}
