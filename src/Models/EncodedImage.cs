using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>What a vision tower made of one image, as the projector takes it.</summary>
/// <param name="Features">[feature tokens, vision width]</param>
/// <param name="Size">The image's size after processing, which decides how many tokens it takes in the decoder.</param>
public sealed record EncodedImage(Tensor Features, ImageSize Size);
