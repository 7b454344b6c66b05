using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Curation.Filtering;

/// <summary>An image encoder with its image processor, and its name for caches.</summary>
sealed class ImageTower : IDisposable
{
    readonly ImageEncoder encoder;
    readonly SquareImageProcessor processor;
    readonly Device device;

    ImageTower(ImageEncoder encoder, SquareImageProcessor processor, Device device, string fingerprint, int size)
    {
        (this.encoder, this.processor, this.device, Fingerprint, EmbeddingSize) = (encoder, processor, device, fingerprint, size);
    }

    /// <summary>Changes with any byte of the model or of its processor's settings.</summary>
    public string Fingerprint { get; }

    /// <summary>Floats of an embedding.</summary>
    public int EmbeddingSize { get; }

    /// <summary>Seconds spent in the network.</summary>
    public double Seconds { get; private set; }

    /// <summary>Images that went through the network.</summary>
    public int Images { get; private set; }

    /// <summary>Loads a model folder: config.json, preprocessor_config.json, safetensors.</summary>
    /// <exception cref="UserException">Something in the folder is missing, malformed, or the model gives no embedding.</exception>
    public static ImageTower Load(string folder, Device device)
    {
        var processor = SquareImageProcessor.Load(folder);
        var encoder = ImageEncoder.Load(folder, new() { Device = device });
        using var scope = NewDisposeScope();
        var probe =
            encoder.Encode(zeros(1, 3, processor.Size, processor.Size, device: device)).Embedding
            ?? throw new UserException($"The model in {folder} has no pooled output, so it gives no embedding. Use the whole model.");
        return new(encoder, processor, device, FingerprintOf(folder), (int)probe.shape[1]);
    }

    /// <summary>The network's input for an image [3, size, size]. Safe for parallel use.</summary>
    public float[] Process(RgbImage image) => processor.Process(image, Behaviour.Corrected).Values;

    /// <summary>The embeddings of images.</summary>
    /// <param name="pixels">Each [3, size, size].</param>
    /// <returns>Each [EmbeddingSize].</returns>
    public float[][] Embed(IReadOnlyList<float[]> pixels)
    {
        var clock = Stopwatch.StartNew();
        using var scope = NewDisposeScope();
        var shape = new long[] { pixels.Count, 3, processor.Size, processor.Size };
        var batch = empty(shape, ScalarType.Float32);
        var image = 3 * processor.Size * processor.Size;
        var bytes = batch.bytes;
        for (var index = 0; index < pixels.Count; index++)
        {
            MemoryMarshal.AsBytes(pixels[index].AsSpan()).CopyTo(bytes.Slice(index * image * sizeof(float), image * sizeof(float)));
        }

        var embedding = encoder.Encode(batch.to(device)).Embedding!.to_type(ScalarType.Float32).cpu().contiguous();
        var all = embedding.data<float>().ToArray();
        Seconds += clock.Elapsed.TotalSeconds;
        Images += pixels.Count;
        return [.. Enumerable.Range(0, pixels.Count).Select(index => all[(index * EmbeddingSize)..((index + 1) * EmbeddingSize)])];
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => encoder.Dispose();

    // Not Training's fingerprint: the embeddings of earlier curations are kept under this one.
    static string FingerprintOf(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (
            var path in Directory
                .EnumerateFiles(folder)
                .Where(path => Path.GetFileName(path) is "config.json" or "preprocessor_config.json" || path.EndsWith(".safetensors"))
                .Order(StringComparer.Ordinal)
        )
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            using var file = InputFile.Open(path);
            hash.AppendData(SHA256.HashData(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
