using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core;
using SVco.Files;
using SVco.Models.Checkpoints;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>Reading and writing safetensors, and what is refused.</summary>
public sealed class SafetensorsTests
{
    [Property(MaxTest = 50)]
    public Property What_is_written_is_read_back_to_the_bit() =>
        Prop.ForAll(
            Gen.ListOf(Gen.Zip(Gen.Elements(Types), Gen.ListOf(Gen.Choose(0, 5)).Where(shape => shape.Count < 4))).ToArbitrary(),
            drawn =>
            {
                using var scope = NewDisposeScope();
                using var folder = new TemporaryFolder();
                var tensors = drawn
                    .Select((one, i) => new NamedTensor($"t{i}é\"", Filled(one.Item1, [.. one.Item2.Select(size => (long)size)], i)))
                    .ToList();
                SafetensorsWriter.Write(folder.At("a.safetensors"), tensors);
                SafetensorsWriter.Write(folder.At("b.safetensors"), tensors.AsEnumerable().Reverse());
                Assert.Equal(File.ReadAllBytes(folder.At("a.safetensors")), File.ReadAllBytes(folder.At("b.safetensors")));
                using var file = SafetensorsFile.Open(folder.At("a.safetensors"));
                Assert.Equal("pt", file.Header.Metadata["format"]);
                Assert.All(
                    tensors,
                    tensor =>
                    {
                        var read = file.Read(tensor.Name);
                        Assert.Equal((tensor.Value.dtype, true), (read.dtype, read.shape.SequenceEqual(tensor.Value.shape)));
                        Assert.True(read.bytes.SequenceEqual(tensor.Value.bytes));
                    }
                );
                return tensors.Count == file.Header.Tensors.Count;
            }
        );

    [Fact]
    public void Values_are_converted_to_the_type_of_the_tensor_they_are_copied_into()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var values = linspace(-3, 3, 24).view(4, 6);
        SafetensorsWriter.Write(
            folder.At("a.safetensors"),
            [new("f32", values), new("bf16", values.bfloat16()), new("f16", values.half()), new("f64", values.to(ScalarType.Float64))]
        );
        using var file = SafetensorsFile.Open(folder.At("a.safetensors"));
        foreach (var name in file.Header.Tensors.Keys)
        {
            foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64])
            {
                var target = zeros(4, 6, type);
                file.CopyTo(name, target);
                Near.Equal(file.Read(name).to(type), target, 0, $"{name} to {type}");
            }
        }

        Assert.Contains("'f32'", Assert.Throws<UserException>(() => file.CopyTo("f32", zeros(6, 4))).Message);
        Assert.Contains("no tensor 'other'", Assert.Throws<UserException>(() => file.Read("other")).Message);
    }

    [Fact]
    public void Weights_over_the_limit_are_sharded_with_an_index_and_read_as_one()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        NamedTensor[] tensors = [new("c", ones(10)), new("a", ones(30) * 2), new("b", ones(5).bfloat16()), new("d", ones(1))];
        SafetensorsWriter.WriteModel(folder.At(), tensors, maximumShardBytes: 50);
        var index = SVco.Tests.Golden.Json(folder.At("model.safetensors.index.json"));
        Assert.Equal(4 * 10 + 4 * 30 + 2 * 5 + 4, index.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal(
            [
                "a model-00002-of-00003.safetensors",
                "b model-00003-of-00003.safetensors",
                "c model-00001-of-00003.safetensors",
                "d model-00003-of-00003.safetensors",
            ],
            index.GetProperty("weight_map").EnumerateObject().Select(entry => $"{entry.Name} {entry.Value.GetString()}")
        );
        using var checkpoint = Checkpoint.Open(folder.At());
        Assert.All(
            tensors,
            tensor =>
            {
                var read = empty_like(tensor.Value);
                checkpoint.CopyTo(tensor.Name, read);
                Near.Equal(tensor.Value, read, 0, tensor.Name);
            }
        );
    }

    [Property(MaxTest = 60)]
    public Property Every_truncation_of_a_file_is_refused() =>
        Prop.ForAll(Gen.Choose(0, Sound.Length - 1).ToArbitrary(), length => Refuses(Sound[..length]).Contains("a.safetensors"));

    [Property(MaxTest = 200)]
    public Property A_damaged_header_is_read_within_the_file_or_refused() =>
        Prop.ForAll(
            Gen.Zip(Gen.Choose(0, Sound.Length - 60), Gen.Choose(0, 255)).ToArbitrary(),
            damage =>
            {
                var bytes = Sound.ToArray();
                bytes[damage.Item1] = (byte)damage.Item2;
                using var folder = new TemporaryFolder();
                File.WriteAllBytes(folder.At("a.safetensors"), bytes);
                try
                {
                    using var file = SafetensorsFile.Open(folder.At("a.safetensors"));
                    return file.Header.Tensors.Values.All(entry => entry.Offset >= 8 && entry.Offset + entry.Length <= bytes.Length);
                }
                catch (UserException error)
                {
                    return error.Message.Contains("a.safetensors");
                }
            }
        );

    [Theory]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        12,
        "'y' overlaps"
    )]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        8,
        "overlaps"
    )]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "before tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "last 4 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "'x' claims")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "'x' claims")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "F32 [3] needs 12")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "'x' needs")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "'x' needs")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "overflows")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""",
        8,
        "overflows"
    )]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", 8, "'x' needs")]
    [InlineData("""{"x":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "'Q4'")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "'x' needs")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        8,
        "JSON"
    )]
    [InlineData("""{"x":7}""", 0, "'x' needs")]
    [InlineData("""["x"]""", 0, "no JSON object")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__")]
    [InlineData("""{"x":""", 0, "JSON")]
    [InlineData("""{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":1}}}}}}}}}""", 0, "JSON")]
    public void A_malformed_header_is_refused_by_file_and_tensor(string header, int dataBytes, string reason)
    {
        var message = Refuses(FileOf(Encoding.UTF8.GetBytes(header), dataBytes));
        Assert.Contains("a.safetensors", message);
        Assert.Contains(reason, message);
    }

    [Fact]
    public void A_header_that_is_no_utf8_or_larger_than_allowed_is_refused()
    {
        Assert.Contains("UTF-8", Refuses(FileOf([.. "{\""u8, 0xff, 0xfe, .. "\":1}"u8], 0)));
        var huge = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(huge, ulong.MaxValue);
        Assert.Contains("more than", Refuses(huge));
        BinaryPrimitives.WriteInt64LittleEndian(huge, 1000);
        Assert.Contains("has only 8 more", Refuses(huge));
        Assert.Contains("does not exist", Assert.Throws<UserException>(() => SafetensorsFile.Open("/nowhere/a.safetensors")).Message);
    }

    [Theory]
    [InlineData("""{"weight_map":{"x":"gone.safetensors"}}""", "gone.safetensors")]
    [InlineData("""{"weight_map":{"x":"one.safetensors","y":"one.safetensors"}}""", "'y' is in one.safetensors")]
    [InlineData("""{"weight_map":{"x":"one.safetensors","y":"../y.safetensors"}}""", "must be a file of this folder")]
    [InlineData("""{"weight_map":{"x":3}}""", "weight_map")]
    [InlineData("""{}""", "weight_map")]
    [InlineData("""{"weight_map":""", "JSON")]
    public void An_index_that_disagrees_with_its_shards_is_refused(string index, string reason)
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.At("one.safetensors"), [new("x", zeros(2))]);
        File.WriteAllText(folder.At("model.safetensors.index.json"), index);
        var error = Assert.Throws<UserException>(() => Checkpoint.Open(folder.At()));
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void A_shard_with_tensors_that_the_index_does_not_place_there_is_refused()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.At("one.safetensors"), [new("x", zeros(2)), new("stray", zeros(2))]);
        File.WriteAllText(folder.At("model.safetensors.index.json"), """{"weight_map":{"x":"one.safetensors"}}""");
        Assert.Contains("'stray'", Assert.Throws<UserException>(() => Checkpoint.Open(folder.At())).Message);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.At("a.safetensors"), [new("x", zeros(2))]);
        var before = File.ReadAllBytes(folder.At("a.safetensors"));
        var full = Assert.Throws<UserException>(() =>
            AtomicOutput.WriteFile(
                folder.At("a.safetensors"),
                stream =>
                {
                    stream.Write(new byte[5000]);
                    throw new IOException("No space left on device.");
                }
            )
        );
        Assert.Contains("No space left", full.Message);
        Assert.Contains("a.safetensors", full.Message);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder.At("a.safetensors"), [new("x", ones(2)), new("x", ones(2))]));
        Assert.Equal(before, File.ReadAllBytes(folder.At("a.safetensors")));
        Assert.Single(Directory.GetFileSystemEntries(folder.At()));
    }

    static readonly ScalarType[] Types =
    [
        ScalarType.Float32,
        ScalarType.Float16,
        ScalarType.BFloat16,
        ScalarType.Float64,
        ScalarType.Int64,
        ScalarType.Int32,
        ScalarType.Int16,
        ScalarType.Int8,
        ScalarType.Byte,
        ScalarType.Bool,
    ];

    /// <summary>A valid file of two tensors, 60 bytes of data.</summary>
    static readonly byte[] Sound = FileOf(
        """{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"y":{"dtype":"BF16","shape":[18],"data_offsets":[24,60]}}"""u8.ToArray(),
        60
    );

    static Tensor Filled(ScalarType type, long[] shape, long seed)
    {
        var tensor = randint(0, 2, shape, device: CPU, generator: new TorchSharp.torch.Generator((ulong)seed)).to(type);
        return type is ScalarType.Bool ? tensor : tensor * 3;
    }

    static byte[] FileOf(byte[] header, int dataBytes)
    {
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }

    static string Refuses(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("a.safetensors"), bytes);
        return Assert.Throws<UserException>(() => SafetensorsFile.Open(folder.At("a.safetensors"))).Message;
    }
}
