using System.Reflection;
using System.Runtime.InteropServices;
using ImageMagick;
using SVco.Core;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>
/// AVIF files, first frame; alpha is dropped as everywhere. Colours at half resolution (4:2:0) are widened in another way than by Pillow's
/// library: a mean of 0.6 grey levels lies between the two on a photograph; at full resolution (4:4:4) it is at most one.
/// </summary>
internal static class AvifImage
{
    // Found before anything of ImageMagick is touched: what is thrown while it looks for its library would be wrapped.
    static readonly Lazy<string> Folder = new(() =>
    {
        var folder = NativeLibraries.ImageMagickFolder;
        NativeLibrary.SetDllImportResolver(typeof(MagickImage).Assembly, FromThePackage);
        return folder;
    });

    public static bool Is(ReadOnlySpan<byte> data) =>
        data.Length >= 12
        && data[4..8].SequenceEqual("ftyp"u8)
        && (data[8..12].SequenceEqual("avif"u8) || data[8..12].SequenceEqual("avis"u8));

    /// <summary>The sides that a file gives.</summary>
    /// <exception cref="UserException">It is damaged.</exception>
    public static ImageSize SizeOf(byte[] data, string name) =>
        Read(
            name,
            () =>
            {
                var info = new MagickImageInfo(data, new MagickReadSettings { Format = MagickFormat.Avif });
                return new ImageSize((int)info.Width, (int)info.Height);
            }
        );

    /// <summary>Decodes a file.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="UserException">It is damaged or too large.</exception>
    public static RgbImage Decode(byte[] data, string name)
    {
        ImageDecoder.RequirePixels(SizeOf(data, name), name);
        return Read(
            name,
            () =>
            {
                using var image = new MagickImage(data, MagickFormat.Avif);
                using var pixels = image.GetPixels();
                return new RgbImage((int)image.Width, (int)image.Height, pixels.ToByteArray(PixelMapping.RGB)!);
            }
        );
    }

    static T Read<T>(string name, Func<T> read)
    {
        try
        {
            _ = Folder.Value;
            return read();
        }
        catch (MagickException error)
        {
            throw new UserException(
                $"The image {name} is an AVIF that is damaged or of a kind that is not read. Fetch it again, or save it as a PNG.",
                error
            );
        }
    }

    /// <summary>The library stays in its package's folder, as those of libtorch do.</summary>
    static nint FromThePackage(string library, Assembly assembly, DllImportSearchPath? path) =>
        NativeLibrary.Load(
            Path.Combine(Folder.Value, OperatingSystem.IsWindows() ? library : $"{library}{(OperatingSystem.IsMacOS() ? ".dylib" : ".so")}")
        );
}
