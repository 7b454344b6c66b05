using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using SVco.Core;
using SVco.Files;
using static TorchSharp.torch;

namespace SVco.Models.Checkpoints;

/// <summary>Writes safetensors files as Hugging Face's library does: sorted, aligned, sharded, with metadata {"format":"pt"}.</summary>
public static class SafetensorsWriter
{
    /// <summary>Hugging Face's largest shard, in bytes.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    const int ChunkElements = 1 << 23;

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The order of the reference library: larger elements first, so that every tensor is aligned to its element size.</summary>
    public static IReadOnlyList<NamedTensor> InOrder(IEnumerable<NamedTensor> tensors) =>
        [.. tensors.OrderByDescending(tensor => tensor.Value.ElementSize).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];

    /// <summary>Writes one file, whole or not at all. Equal tensors give equal bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors, or with <paramref name="values"/> only their shapes and types.</param>
    /// <param name="values">Makes a tensor's values when its turn comes, <see cref="InOrder"/>.</param>
    /// <exception cref="UserException">The disk refuses; an older file of that name is unchanged.</exception>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public static void Write(string path, IEnumerable<NamedTensor> tensors, Func<NamedTensor, Tensor>? values = null)
    {
        NativeLibraries.Load();
        var sorted = InOrder(tensors);
        var header = Header(sorted);
        AtomicOutput.WriteFile(
            path,
            stream =>
            {
                stream.Write(header);
                foreach (var tensor in sorted)
                {
                    using var scope = NewDisposeScope();
                    WriteValues(stream, values?.Invoke(tensor) ?? tensor.Value);
                }
            }
        );
    }

    /// <summary>
    /// Writes a model's weights into a folder: model.safetensors, or numbered shards and model.safetensors.index.json where they exceed
    /// <paramref name="maximumShardBytes"/>. Each file is atomic; for the folder as a whole write into a new one.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tensors">The weights, or with <paramref name="values"/> only their shapes and types.</param>
    /// <param name="maximumShardBytes">The largest file, one tensor apart.</param>
    /// <param name="values">Makes a tensor's values when its turn comes, in order; they are freed with their shard.</param>
    /// <exception cref="UserException">The disk refuses.</exception>
    public static void WriteModel(
        string folder,
        IEnumerable<NamedTensor> tensors,
        long maximumShardBytes = DefaultShardBytes,
        Func<NamedTensor, Tensor>? values = null
    )
    {
        NativeLibraries.Load();
        void WriteShard(string name, IEnumerable<NamedTensor> shard)
        {
            using var scope = NewDisposeScope();
            Write(
                Path.Combine(folder, name),
                values is null ? shard : shard.Select(tensor => tensor with { Value = values(tensor) }).ToArray()
            );
        }

        var shards = Shards(tensors, maximumShardBytes);
        if (shards.Count <= 1)
        {
            WriteShard("model.safetensors", shards.SelectMany(shard => shard));
            return;
        }

        var places = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            WriteShard(name, shards[i]);
            foreach (var tensor in shards[i])
            {
                places.Add(tensor.Name, name);
            }
        }

        var index = new { metadata = new { total_size = shards.SelectMany(shard => shard).Sum(Bytes) }, weight_map = places };
        AtomicOutput.WriteFile(
            Path.Combine(folder, "model.safetensors.index.json"),
            stream => JsonSerializer.Serialize(stream, index, Indented)
        );
    }

    /// <summary>Tensors in their order, a new shard where the next one would exceed the maximum.</summary>
    static List<List<NamedTensor>> Shards(IEnumerable<NamedTensor> tensors, long maximumBytes)
    {
        var shards = new List<List<NamedTensor>>();
        long size = 0;
        foreach (var tensor in tensors)
        {
            if (shards.Count == 0 || (size > 0 && size + Bytes(tensor) > maximumBytes))
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(tensor);
            size += Bytes(tensor);
        }

        return shards;
    }

    static long Bytes(NamedTensor tensor) => tensor.Value.NumberOfElements * tensor.Value.ElementSize;

    static byte[] Header(IReadOnlyList<NamedTensor> tensors)
    {
        using var buffer = new MemoryStream();
        buffer.Write(new byte[8]);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            var names = new HashSet<string>(StringComparer.Ordinal);
            long offset = 0;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ArgumentException($"Two tensors are called '{tensor.Name}'.", nameof(tensors));
                }

                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", DataType.NameOf(tensor.Value.dtype));
                WriteArray(json, "shape", tensor.Value.shape);
                WriteArray(json, "data_offsets", [offset, offset += Bytes(tensor)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    static void WriteArray(Utf8JsonWriter json, string name, long[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    static void WriteValues(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var flat = tensor.detach().reshape(-1);
        for (long from = 0; from < flat.NumberOfElements; from += ChunkElements)
        {
            using var step = NewDisposeScope();
            var part = flat.narrow(0, from, Math.Min(ChunkElements, flat.NumberOfElements - from));
            stream.Write(part.to(CPU).contiguous().bytes);
        }
    }
}
