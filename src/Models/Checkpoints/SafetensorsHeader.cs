using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using SVco.Core;
using SVco.Models.Folders;

namespace SVco.Models.Checkpoints;

/// <summary>
/// The header of a safetensors file: 8 bytes with its length (little endian), then JSON that gives each tensor's type, shape and place.
/// Nothing in it is believed before it is checked, so that no later read can leave the file.
/// </summary>
/// <param name="Tensors">By name.</param>
/// <param name="Metadata">The `__metadata__` strings.</param>
public sealed record SafetensorsHeader(ImmutableDictionary<string, TensorEntry> Tensors, ImmutableDictionary<string, string> Metadata)
{
    /// <summary>The largest header that the format allows, in bytes.</summary>
    public const long MaximumLength = 100_000_000;

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Reads and checks the header of an open file.</summary>
    /// <param name="stream">The file from its start; it must tell its length.</param>
    /// <param name="file">The name for messages.</param>
    /// <exception cref="UserException">The file is truncated, malformed or inconsistent; the message names file and tensor.</exception>
    public static SafetensorsHeader Read(Stream stream, string file)
    {
        var lengthBytes = new byte[8];
        if (stream.Length < 8)
        {
            throw Malformed(file, $"it has {stream.Length} bytes, the header's length alone takes 8. Download it again");
        }

        stream.ReadExactly(lengthBytes);
        if (NotTheFile.Says(Start(stream)) is { } what)
        {
            throw new UserException($"{file} {what}");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > MaximumLength)
        {
            throw Malformed(file, $"it declares a header of {length} bytes, more than the {MaximumLength} the format allows");
        }

        if ((long)length > stream.Length - 8)
        {
            throw Malformed(file, $"it declares a header of {length} bytes, the file has only {stream.Length - 8} more. Download it again");
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        return Parse(json, 8 + (long)length, stream.Length, file);
    }

    /// <summary>The first bytes of a file, which stays where it stands.</summary>
    static byte[] Start(Stream stream)
    {
        var (at, start) = (stream.Position, new byte[Math.Min(64, stream.Length)]);
        stream.Position = 0;
        stream.ReadExactly(start);
        stream.Position = at;
        return start;
    }

    static SafetensorsHeader Parse(byte[] json, long start, long end, string file)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(json);
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Malformed(file, "its header is no JSON object");
            }

            var tensors = document
                .RootElement.EnumerateObject()
                .Where(property => property.Name != "__metadata__")
                .Select(property => Entry(property.Name, property.Value, start, end, file))
                .ToList();
            CheckPlaces(tensors, start, end, file);
            return new(tensors.ToImmutableDictionary(entry => entry.Name, StringComparer.Ordinal), MetadataOf(document.RootElement, file));
        }
        catch (DecoderFallbackException error)
        {
            throw Malformed(file, "its header is not UTF-8", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second is what System.Text.Json throws for half of a surrogate pair.
            throw Malformed(file, $"its header is no valid JSON ({error.Message})", error);
        }
    }

    static TensorEntry Entry(string name, JsonElement value, long start, long end, string file)
    {
        if (
            value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var type)
            || type.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape)
            || !value.TryGetProperty("data_offsets", out var offsets)
            || Integers(offsets) is not [var from, var to]
            || Integers(shape) is not { } sizes
        )
        {
            throw Malformed(file, $"tensor '{name}' needs dtype (text), shape (non-negative integers) and data_offsets (two of them)");
        }

        var elementSize =
            DataType.SizeOf(type.GetString()!) ?? throw Malformed(file, $"tensor '{name}' has the unknown dtype '{type.GetString()}'");
        if (from > to || to > end - start)
        {
            throw Malformed(
                file,
                $"tensor '{name}' claims the bytes {from} to {to} of {end - start}. Is the file truncated? Download it again"
            );
        }

        var length = Product(sizes, elementSize) ?? throw Malformed(file, $"the shape of tensor '{name}' overflows 64 bits");
        return length == to - from
            ? new TensorEntry(name, type.GetString()!, [.. sizes], start + from, length)
            : throw Malformed(
                file,
                $"tensor '{name}' takes {to - from} bytes, but {type.GetString()} [{string.Join(", ", sizes)}] needs {length}"
            );
    }

    /// <summary>The format wants every byte to belong to exactly one tensor.</summary>
    static void CheckPlaces(List<TensorEntry> tensors, long start, long end, string file)
    {
        var at = start;
        foreach (var entry in tensors.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset != at)
            {
                throw Malformed(
                    file,
                    entry.Offset < at
                        ? $"tensor '{entry.Name}' overlaps another one"
                        : $"bytes before tensor '{entry.Name}' belong to no tensor"
                );
            }

            at += entry.Length;
        }

        if (at != end)
        {
            throw Malformed(file, $"its last {end - at} bytes belong to no tensor");
        }
    }

    static ImmutableDictionary<string, string> MetadataOf(JsonElement root, string file)
    {
        if (!root.TryGetProperty("__metadata__", out var metadata))
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        return
            metadata.ValueKind == JsonValueKind.Object
            && metadata.EnumerateObject().All(property => property.Value.ValueKind == JsonValueKind.String)
            ? metadata.EnumerateObject().ToImmutableDictionary(property => property.Name, property => property.Value.GetString()!)
            : throw Malformed(file, "its __metadata__ is no object of texts");
    }

    static long[]? Integers(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var values = new List<long>();
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var value) || value < 0)
            {
                return null;
            }

            values.Add(value);
        }

        return [.. values];
    }

    static long? Product(long[] sizes, long elementSize)
    {
        if (sizes.Contains(0))
        {
            return 0;
        }

        var product = sizes.Aggregate((Int128)elementSize, (product, size) => product > long.MaxValue ? product : product * size);
        return product > long.MaxValue ? null : (long)product;
    }

    static UserException Malformed(string file, string what, Exception? inner = null) =>
        new($"{file} is no valid safetensors file: {what}.", inner);
}
