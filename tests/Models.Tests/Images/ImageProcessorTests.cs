using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Images;

namespace SVco.Tests;

/// <summary>golden/images: bytes after resize and crop, and float32 values; integer arithmetic and a fixed float formula, so equality is exact.</summary>
public class ImageProcessorTests
{
    [Fact]
    public void Resized_bytes_and_float_values_equal_the_golden_hashes_and_samples()
    {
        var processors = Processors();
        ImageGolden.ForEachImage(
            (golden, path) =>
            {
                var image = ImageDecoder.Decode(path);
                foreach (var (name, processor) in processors)
                {
                    var expected = golden.GetProperty("processors").GetProperty(name);
                    var where = $"{path}, {name}";
                    if (expected.TryGetProperty("error", out _))
                    {
                        Assert.Contains(
                            "1 pixels",
                            Assert.Throws<UserException>(() => processor.Process(image, Behaviour.Official)).Message
                        );
                        Assert.Equal(3 * processor.Size * processor.Size, processor.Process(image, Behaviour.Corrected).Values.Length);
                        continue;
                    }

                    var values = processor.Process(image, Behaviour.Official).Values;
                    Assert.Equal([3, processor.Size, processor.Size], expected.Ints("shape"));
                    Assert.True(
                        expected.GetProperty("float32_chw_sha256").GetString() == ImageGolden.Sha(MemoryMarshal.AsBytes(values.AsSpan())),
                        where
                    );
                    foreach (var sample in expected.GetProperty("samples").EnumerateArray())
                    {
                        var chw = sample.Ints("chw");
                        Assert.Equal(
                            (float)sample.GetProperty("value").GetDouble(),
                            values[(chw[0] * processor.Size + chw[1]) * processor.Size + chw[2]]
                        );
                    }

                    if (image.Height != 3)
                    {
                        Assert.True(
                            expected.GetProperty("uint8_hwc_sha256").GetString() == ImageGolden.Sha(processor.Resize(image).Pixels),
                            where
                        );
                        Assert.Equal(values, processor.Process(image, Behaviour.Corrected).Values);
                    }
                }
            }
        );
    }

    [Fact]
    public void The_resize_alone_gives_the_recorded_pictures_from_the_recorded_decoded_pictures()
    {
        var processors = Processors();
        ImageGolden.ForEachImage(
            (golden, path) =>
            {
                var source = golden.TryGetProperty("decoded_png", out var decoded) ? Golden.PathOf("images", decoded.GetString()!) : path;
                foreach (var (name, processor) in processors)
                {
                    if (golden.GetProperty("processors").GetProperty(name).TryGetProperty("resized_png", out var resized))
                    {
                        var expected = ImageDecoder.Decode(Golden.PathOf("images", resized.GetString()!));
                        Assert.True(
                            expected.Pixels.AsSpan().SequenceEqual(processor.Resize(ImageDecoder.Decode(source)).Pixels),
                            $"{path}, {name}"
                        );
                    }
                }
            }
        );
    }

    [Fact]
    public void Pictures_of_the_official_training_run_equal_the_recorded_bytes_in_one_of_Pillows_two_pass_orders()
    {
        foreach (var file in Golden.Folders("svco").Select(folder => Path.Combine(folder, "pixels_u8.safetensors")).Where(File.Exists))
        {
            var processor = SquareImageProcessor.Load(Path.Combine(Path.GetDirectoryName(file)!, "checkpoint"));
            foreach (var (name, bytes) in Tensors(file))
            {
                var picture = ImageDecoder.Decode(Golden.PathOf("svco", "images", $"{name}.png"));
                var (width, height) = processor.ResizedSides(picture.Width, picture.Height);
                // These goldens are from Pillow 13, which runs the cheaper pass first; the official environment's Pillow 10.2, which
                // ImageProcessor equals, always runs the horizontal one first.
                var verticalFirst = PilBicubic.Resize(PilBicubic.Resize(picture, picture.Width, (int)height), (int)width, (int)height);
                Assert.True(
                    bytes.SequenceEqual(Planes(processor.Resize(picture))) || bytes.SequenceEqual(Planes(processor.Resize(verticalFirst))),
                    $"{file}: {name}"
                );
            }
        }

        static IEnumerable<byte> Planes(RgbImage image) =>
            Enumerable.Range(0, 3).SelectMany(channel => image.Pixels.Where((_, index) => index % 3 == channel));
    }

    [Fact]
    public void Every_preprocessor_config_of_the_goldens_loads()
    {
        foreach (
            var folder in Golden.Folders("tokenizers").Concat(Golden.Folders("svco").Select(family => Path.Combine(family, "checkpoint")))
        )
        {
            if (File.Exists(Path.Combine(folder, "preprocessor_config.json")))
            {
                Assert.True(SquareImageProcessor.Load(folder).Size > 0);
            }
        }
    }

    [Theory]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor"}""", 224)]
    [InlineData("""{"feature_extractor_type":"CLIPFeatureExtractor","size":224,"crop_size":200}""", 200)]
    [InlineData(
        """{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":256},"crop_size":{"height":224,"width":224}}""",
        224
    )]
    [InlineData("""{"image_processor_type":"BitImageProcessor","size":{"height":96,"width":96},"do_center_crop":false}""", 96)]
    [InlineData("""{"image_processor_type":"SiglipImageProcessor"}""", 224)]
    [InlineData("""{"image_processor_type":"SiglipImageProcessor","size":{"height":384,"width":384},"image_mean":0.5}""", 384)]
    public void Left_out_fields_are_as_in_transformers(string json, int size) => Assert.Equal(size, Load(json).Size);

    [Theory]
    [InlineData("""{"image_processor_type":"ViTImageProcessor"}""", "image_processor_type")]
    [InlineData("""{}""", "image_processor_type")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","resample":2}""", "resample")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","do_center_crop":false}""", "do_center_crop")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","crop_size":{"height":224,"width":200}}""", "crop_size")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","image_std":[1,0,1]}""", "image_std")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","image_mean":[1,2]}""", "image_mean")]
    [InlineData("""{"image_processor_type":"SiglipImageProcessor","do_resize":false}""", "do_resize")]
    [InlineData("""{"image_processor_type":"SiglipImageProcessor","size":{"height":0,"width":0}}""", "size.height")]
    public void What_is_not_supported_is_refused_by_field(string json, string field)
    {
        var message = Assert.Throws<UserException>(() => Load(json)).Message;
        Assert.Contains("preprocessor_config.json", message);
        Assert.Contains(field, message);
    }

    [Fact]
    public void Steps_that_are_switched_off_are_left_out()
    {
        var grey = new RgbImage(4, 4, [.. Enumerable.Repeat((byte)51, 48)]);
        Assert.All(
            Load("""{"image_processor_type":"SiglipImageProcessor","do_normalize":false}""").Process(grey, Behaviour.Corrected).Values,
            value => Assert.Equal(0.2f, value)
        );
        Assert.All(
            Load("""{"image_processor_type":"SiglipImageProcessor","do_rescale":false,"image_mean":50,"image_std":2}""")
                .Process(grey, Behaviour.Corrected)
                .Values,
            value => Assert.Equal(0.5f, value)
        );
        // Without resizing, an image smaller than the crop is put in the middle of black.
        var cropped = Load("""{"image_processor_type":"CLIPImageProcessor","do_resize":false,"do_normalize":false,"crop_size":7}""")
            .Process(grey, Behaviour.Corrected)
            .Values;
        Assert.Equal(16 * 3, cropped.Count(value => value > 0));
        Assert.Equal([0, 0, 0.2f, 0.2f, 0.2f, 0.2f, 0], cropped[14..21]);
    }

    [Fact]
    public void An_image_too_narrow_to_be_resized_is_refused() =>
        Assert.Contains(
            "too narrow",
            Assert
                .Throws<UserException>(() =>
                    Load("""{"image_processor_type":"CLIPImageProcessor"}""").Resize(new(1, 60_000, new byte[180_000]))
                )
                .Message
        );

    [Property]
    public void A_constant_image_stays_constant(
        byte red,
        byte green,
        byte blue,
        PositiveInt width,
        PositiveInt height,
        PositiveInt toWidth,
        PositiveInt toHeight
    )
    {
        byte[] pixel = [red, green, blue];
        var image = new RgbImage(width.Get, height.Get, [.. Enumerable.Range(0, width.Get * height.Get).SelectMany(_ => pixel)]);
        var resized = PilBicubic.Resize(image, toWidth.Get, toHeight.Get);
        Assert.Equal((toWidth.Get, toHeight.Get), (resized.Width, resized.Height));
        Assert.All(resized.Pixels.Chunk(3), chunk => Assert.Equal(pixel, chunk));
    }

    [Property]
    public void The_same_size_gives_the_same_pixels(PositiveInt width, PositiveInt height, int seed)
    {
        var image = Noise(width.Get, height.Get, seed);
        Assert.Equal(image.Pixels, PilBicubic.Resize(image, image.Width, image.Height).Pixels);
    }

    [Property]
    public void Resizing_the_mirror_image_is_mirroring_the_resized_image_to_one_level(
        PositiveInt width,
        PositiveInt height,
        PositiveInt to,
        int seed
    )
    {
        // The weights of mirrored windows may differ in their last bit, and a pixel by one level where a sum ends near one half, for each pass.
        var image = Noise(width.Get, height.Get, seed);
        var (one, other) = (
            ImageEdits.Flip(PilBicubic.Resize(image, to.Get, to.Get)).Pixels,
            PilBicubic.Resize(ImageEdits.Flip(image), to.Get, to.Get).Pixels
        );
        Assert.All(one.Zip(other), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 2));
    }

    static RgbImage Noise(int width, int height, int seed)
    {
        var pixels = new byte[3 * width * height];
        new System.Random(seed).NextBytes(pixels);
        return new(width, height, pixels);
    }

    static SquareImageProcessor Load(string json)
    {
        using var folder = new TextFolder();
        folder.Write("preprocessor_config.json", json);
        return SquareImageProcessor.Load(folder.Path);
    }

    /// <summary>The processors of images.json, written as the files that the loader reads.</summary>
    static List<(string Name, SquareImageProcessor Processor)> Processors()
    {
        var index = Golden.PathOf("images", "images.json");
        return !File.Exists(index)
            ? []
            :
            [
                .. Golden
                    .Json(index)
                    .GetProperty("processors")
                    .EnumerateObject()
                    .Select(processor => (processor.Name, Load(ConfigOf(processor.Value)))),
            ];
    }

    static string ConfigOf(JsonElement processor)
    {
        var resize = processor.GetProperty("resize");
        var (side, crop) = (resize[1].GetInt32(), resize[2]);
        var mean = processor.GetProperty("mean").GetRawText();
        var std = processor.GetProperty("std").GetRawText();
        var common =
            $"\"image_mean\":{mean},\"image_std\":{std},\"rescale_factor\":{processor.GetProperty("rescale_factor").GetRawText()},\"resample\":3";
        return resize[0].GetString() == "exact"
            ? $"{{\"image_processor_type\":\"SiglipImageProcessor\",\"size\":{{\"height\":{side},\"width\":{side}}},{common}}}"
            : $"{{\"image_processor_type\":\"BitImageProcessor\",\"size\":{{\"shortest_edge\":{side}}},\"crop_size\":{crop.GetRawText()},{common}}}";
    }

    static IEnumerable<(string Name, byte[] Bytes)> Tensors(string file)
    {
        var data = File.ReadAllBytes(file);
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(data);
        foreach (var tensor in JsonDocument.Parse(Encoding.UTF8.GetString(data, 8, start - 8)).RootElement.EnumerateObject())
        {
            if (tensor.Name != "__metadata__")
            {
                var range = tensor.Value.Ints("data_offsets");
                yield return (tensor.Name, data[(start + range[0])..(start + range[1])]);
            }
        }
    }
}
