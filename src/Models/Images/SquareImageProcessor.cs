using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Text;

namespace SVco.Models.Images;

/// <summary>
/// The image processor of CLIP, SigLIP and BiT, whose images all become the same square: resize, centre crop, rescale, normalise, with the
/// bytes and floats of transformers 4.45 and Pillow 10.2 (golden/images).
/// </summary>
public sealed partial class SquareImageProcessor : ImageProcessor
{
    const int Bicubic = 3;

    static readonly double[] ClipMean = [0.48145466, 0.4578275, 0.40821073];
    static readonly double[] ClipStd = [0.26862954, 0.26130258, 0.27577711];
    static readonly double[] HalfEach = [0.5, 0.5, 0.5];

    readonly ResizeRule resize;
    readonly bool crops;
    readonly float[][] values;

    SquareImageProcessor(ResizeRule resize, int size, bool crops, float[][] values)
    {
        (this.resize, Size, this.crops, this.values) = (resize, size, crops, values);
    }

    /// <summary>How the image comes to its size before the crop.</summary>
    abstract record ResizeRule
    {
        /// <summary>The sides as they are.</summary>
        public sealed record None : ResizeRule;

        /// <summary>Both sides become <paramref name="Side"/>; the aspect ratio is not kept.</summary>
        public sealed record Exact(int Side) : ResizeRule;

        /// <summary>The short side becomes <paramref name="Side"/>; the aspect ratio is kept.</summary>
        public sealed record ShortestEdge(int Side) : ResizeRule;
    }

    /// <summary>The side of the square output in pixels.</summary>
    public int Size { get; }

    /// <summary>Loads a folder's settings; what it leaves out is as the processor's class in transformers has it.</summary>
    /// <param name="folder">The model folder.</param>
    /// <exception cref="UserException">The file is missing or asks for something that is not supported; names file and field.</exception>
    public static new SquareImageProcessor Load(string folder)
    {
        var config = Read(folder);
        RefuseUnknown(config);
        return TypeOf(config) switch
        {
            "SiglipImageProcessor" => Siglip(config),
            "CLIPImageProcessor" or "CLIPFeatureExtractor" or "BitImageProcessor" => ClipOrBit(config),
            _ => throw TypeField(config)
                .Mistake(
                    "names an image processor that is not supported (supported: CLIPImageProcessor, SiglipImageProcessor, BitImageProcessor)"
                ),
        };
    }

    /// <summary>The image resized and cropped to <see cref="Size"/> x <see cref="Size"/>, still bytes.</summary>
    /// <exception cref="UserException">The image is so narrow that its resized form would not fit into memory.</exception>
    public RgbImage Resize(RgbImage image)
    {
        var (width, height) = ResizedSides(image.Width, image.Height);
        if (width * Math.Max(height, image.Height) > ImageDecoder.MaxPixels)
        {
            throw new UserException(
                $"An image of {image.Width} x {image.Height} pixels is too narrow: resized it would have {width} x {height}. Crop it or remove its pair."
            );
        }

        var resized = PilBicubic.Resize(image, (int)width, (int)height);
        return crops ? CentreCrop(resized, Size) : resized;
    }

    /// <inheritdoc/>
    public override ImageSize SizeOf(ImageSize image) => new(Size, Size);

    /// <inheritdoc/>
    public override ImageSize SizeOf(ImageSource image, Behaviour behaviour) => new(Size, Size);

    /// <summary>The model's input for an image: float32 [3, Size, Size], channel by channel.</summary>
    /// <param name="image">Decoded pixels.</param>
    /// <param name="behaviour">
    /// Official: transformers takes the first axis for the channels when it is 1 or 3 long, so an image of height 3 is read with its axes
    /// exchanged and one of height 1 is refused. Corrected: such images are images like others.
    /// </param>
    /// <exception cref="UserException">Official: the image is one pixel high.</exception>
    public override ProcessedImage Process(RgbImage image, Behaviour behaviour)
    {
        var seen = (behaviour, image.Height) switch
        {
            (Behaviour.Official, 1) => throw new UserException(
                $"An image of {image.Width} x 1 pixels cannot be processed as the official code does (it takes the height for the channels). "
                    + "Use Behaviour.Corrected or remove its pair."
            ),
            (Behaviour.Official, 3) => ChannelsTakenFromRows(image),
            _ => image,
        };
        var pixels = Resize(seen).Pixels;
        var area = Size * Size;
        var result = new float[3 * area];
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = result.AsSpan(channel * area, area);
            var ofByte = values[channel];
            for (int i = 0, from = channel; i < plane.Length; i++, from += 3)
            {
                plane[i] = ofByte[pixels[from]];
            }
        }

        return new(result, [3, Size, Size], new(Size, Size));
    }

    static readonly string[] Known =
    [
        "do_resize",
        "size",
        "default_to_square",
        "resample",
        "do_center_crop",
        "crop_size",
        "do_rescale",
        "rescale_factor",
        "do_normalize",
        "image_mean",
        "image_std",
        // All images become RGB, with channels first.
        "do_convert_rgb",
        "data_format",
        "input_data_format",
    ];

    /// <summary>Another step before or after these changes the pixels (pad, offset, grayscale ...).</summary>
    static void RefuseUnknown(JsonField config)
    {
        foreach (var field in config.Value.EnumerateObject().Where(field => !Known.Contains(field.Name)))
        {
            if (OfPixels().IsMatch(field.Name) && !UnknownFields.IsNeutral(field))
            {
                throw config[field.Name]
                    .Mistake("is not supported: it may change the pixels, and is not known here; take it out if it is mere bookkeeping");
            }
        }
    }

    [GeneratedRegex(
        "^do_|pad|crop|size|scal|mean|std|offset|gr[ae]y|flip|resample|interpol|grid|tile|split|rotate|thumbnail|pixels",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex OfPixels();

    static SquareImageProcessor Siglip(JsonField config)
    {
        var size = config.Find("size");
        if (
            config.Bool("do_center_crop", false)
            && config.Find("crop_size") is { } crop
            && (size is not { } whole || Square(crop) != Square(whole))
        )
        {
            throw crop.Mistake("is not supported: a SiglipImageProcessor resizes to \"size\" and crops nothing");
        }

        var resize = config.Bool("do_resize", true)
            ? new ResizeRule.Exact(size is { } field ? Square(field) : 224)
            : throw config["do_resize"].Mistake("must be true: without it images would keep their own sizes");
        return new(resize, resize.Side, crops: false, Values(config, HalfEach, HalfEach));
    }

    static SquareImageProcessor ClipOrBit(JsonField config)
    {
        var resize = config.Bool("do_resize", true) ? ResizeOf(config) : new ResizeRule.None();
        var crops = config.Bool("do_center_crop", true);
        var size =
            crops ? (config.Find("crop_size") is { } crop ? Square(crop) : 224)
            : resize is ResizeRule.Exact(var side) ? side
            : throw config["do_center_crop"]
                .Mistake("must be true unless \"size\" gives height and width: the images would differ in size");
        if (crops && resize is ResizeRule.ShortestEdge(var edge) && edge < size)
        {
            throw config["size"].Mistake($"must not be smaller than \"crop_size\" ({size}): every image would get a black border");
        }

        return new(resize, size, crops, Values(config, ClipMean, ClipStd));
    }

    static ResizeRule ResizeOf(JsonField config) =>
        config.Find("size") switch
        {
            null => new ResizeRule.ShortestEdge(224),
            { Kind: System.Text.Json.JsonValueKind.Number } number => new ResizeRule.ShortestEdge(Positive(number)),
            { } size when size.Find("shortest_edge") is { } edge => new ResizeRule.ShortestEdge(Positive(edge)),
            { } size => new ResizeRule.Exact(Square(size)),
        };

    static int Square(JsonField size)
    {
        if (size.Kind == System.Text.Json.JsonValueKind.Number)
        {
            return Positive(size);
        }

        var (height, width) = (Positive(size["height"]), Positive(size["width"]));
        return height == width ? height : throw size.Mistake("must be a square: the vision towers supported here take squares");
    }

    static int Positive(JsonField field) =>
        field.Int() is > 0 and <= 16384 and var side ? side : throw field.Mistake("must be a side in pixels, 1 to 16384");

    /// <summary>For each channel the float of each byte: float32(byte * factor) as a double product, then float32 arithmetic.</summary>
    static float[][] Values(JsonField config, double[] defaultMean, double[] defaultStd)
    {
        if (config.Find("resample") is { } resample && resample.Int() != Bicubic)
        {
            throw resample.Mistake("must be 3 (bicubic); other filters are not supported");
        }

        var factor = config.Bool("do_rescale", true) ? config.Find("rescale_factor")?.Double() ?? 1 / 255.0 : 1;
        var normalises = config.Bool("do_normalize", true);
        var mean = ThreeChannels(config, "image_mean", defaultMean);
        var std = ThreeChannels(config, "image_std", defaultStd);
        if (std.Contains(0f))
        {
            throw config["image_std"].Mistake("must not be zero");
        }

        return
        [
            .. Enumerable
                .Range(0, 3)
                .Select(channel =>
                    Enumerable
                        .Range(0, 256)
                        .Select(value => (float)(value * factor))
                        .Select(scaled => normalises ? (scaled - mean[channel]) / std[channel] : scaled)
                        .ToArray()
                ),
        ];
    }

    static ImmutableArray<float> ThreeChannels(JsonField config, string name, double[] otherwise)
    {
        ImmutableArray<float> channels = config.Find(name) switch
        {
            null => [.. otherwise.Select(value => (float)value)],
            { Kind: System.Text.Json.JsonValueKind.Number } one => [.. Enumerable.Repeat((float)one.Double(), 3)],
            { } list => [.. list.Items().Select(item => (float)item.Double())],
        };
        return channels.Length == 3 ? channels : throw config[name].Mistake("must have three numbers");
    }

    /// <summary>The sides after the resize and before the crop.</summary>
    internal (long Width, long Height) ResizedSides(int width, int height) =>
        resize switch
        {
            ResizeRule.Exact(var side) => (side, side),
            ResizeRule.ShortestEdge(var side) when width <= height => (side, LongSide(side, height, width)),
            ResizeRule.ShortestEdge(var side) => (LongSide(side, width, height), side),
            _ => (width, height),
        };

    /// <summary>transformers' int(size * long / short).</summary>
    static long LongSide(int side, int longSide, int shortSide) => (long)((double)((long)side * longSide) / shortSide);

    /// <summary>The square in the middle; what lies outside of a smaller image is black.</summary>
    static RgbImage CentreCrop(RgbImage image, int side)
    {
        var (top, left) = (FloorHalf(image.Height - side), FloorHalf(image.Width - side));
        var pixels = new byte[3 * side * side];
        var (firstColumn, endColumn) = (Math.Max(left, 0), Math.Min(left + side, image.Width));
        for (var y = Math.Max(-top, 0); y < side && y + top < image.Height; y++)
        {
            image
                .Pixels.AsSpan(3 * ((y + top) * image.Width + firstColumn), 3 * (endColumn - firstColumn))
                .CopyTo(pixels.AsSpan(3 * (y * side + firstColumn - left)));
        }

        return new(side, side, pixels);
    }

    static int FloorHalf(int difference) => difference >> 1;

    /// <summary>The image that transformers sees in one of height 3: its rows are the channels, its channels the columns.</summary>
    static RgbImage ChannelsTakenFromRows(RgbImage image)
    {
        var pixels = new byte[image.Pixels.Length];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < image.Width; column++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    pixels[3 * (3 * column + channel) + row] = image.Pixels[3 * (row * image.Width + column) + channel];
                }
            }
        }

        return new(3, image.Width, pixels);
    }
}
