using System.Security.Cryptography;

namespace SVco.Core.Data;

/// <summary>A description of an image: where its pixels come from and what is done to them. Nothing is read before it is needed.</summary>
public abstract record ImageSource
{
    ImageSource() { }

    /// <summary>The files that must be there to draw the image.</summary>
    public IEnumerable<string> Files =>
        this switch
        {
            File(var path) => [path],
            Flipped(var of) => of.Files,
            RandomCrop(var of, _, _, _) => of.Files,
            DiffusionNoise(var of, _, _) => of.Files,
            _ => [],
        };

    /// <summary>An image file, decoded and converted to RGB as it is (no EXIF turn).</summary>
    public sealed record File(string Path) : ImageSource;

    /// <summary>An image whose file stands in the data itself, as a <c>data:</c> address.</summary>
    /// <param name="Base64">The bytes of its file.</param>
    public sealed record Inline(string Base64) : ImageSource
    {
        /// <summary>The bytes of its file.</summary>
        public byte[] Bytes => Convert.FromBase64String(Base64);

        /// <summary>Names it by its content, as an image's path names a file.</summary>
        public override string ToString() => $"inline image {Convert.ToHexStringLower(SHA256.HashData(Bytes))}";
    }

    /// <summary>A picture that draws itself when it is needed; no file. Equal pictures have equal pixels.</summary>
    public abstract record Drawn : ImageSource
    {
        /// <summary>Its pixels.</summary>
        public abstract RgbImage Draw();
    }

    /// <summary>The mirror image, left and right exchanged.</summary>
    public sealed record Flipped(ImageSource Of) : ImageSource;

    /// <summary>
    /// torchvision's RandomResizedCrop as mDPO uses it: an area of <paramref name="MinScale"/> to <paramref name="MaxScale"/> of the image
    /// with an aspect ratio of 3/4 to 4/3 at a seeded place.
    /// </summary>
    public sealed record RandomCrop(ImageSource Of, double MinScale, double MaxScale, ulong Seed) : ImageSource;

    /// <summary>The DDPM forward process at step <paramref name="Step"/> of 1000 (linear betas 1e-4 to 0.02), on pixels scaled to -1..1, seeded.</summary>
    public sealed record DiffusionNoise(ImageSource Of, int Step, ulong Seed) : ImageSource;
}
