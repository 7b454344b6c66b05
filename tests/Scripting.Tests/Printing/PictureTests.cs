using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core.Data;
using SVco.Models.Images;
using SVco.Scripting.Printing;

namespace SVco.Scripting.Tests;

/// <summary>Images as control codes of terminals.</summary>
public sealed partial class PictureTests
{
    static readonly Arbitrary<RgbImage> Images = (
        from width in Gen.Choose(1, 40)
        from height in Gen.Choose(1, 20)
        from pixels in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(3 * width * height)
        select new RgbImage(width, height, pixels)
    ).ToArbitrary();

    [Property]
    public Property Sixel_draws_each_pixel_in_the_nearest_of_its_colours() =>
        Prop.ForAll(
            Images,
            image =>
            {
                var drawn = ReadSixel(Sixel.Of(image), image.Width, image.Height);
                return image.Pixels.Zip(drawn).All(channel => Math.Abs(channel.First * 100 / 255.0 - channel.Second) <= 11);
            }
        );

    [Property]
    public Property Kitty_is_given_the_very_image_in_pieces_that_it_takes() =>
        Prop.ForAll(
            Images,
            image =>
            {
                var pieces = KittyPiece().Matches(Picture.Kitty(image));
                var png = Convert.FromBase64String(string.Concat(pieces.Select(piece => piece.Groups["data"].Value)));
                return pieces.All(piece => piece.Groups["data"].Length <= 4096)
                    && pieces.Select(piece => piece.Groups["more"].Value).SequenceEqual([.. Enumerable.Repeat("1", pieces.Count - 1), "0"])
                    && ImageDecoder.Decode(png, "png").Pixels.SequenceEqual(image.Pixels);
            }
        );

    [Property]
    public Property An_image_within_bounds_keeps_its_proportions_and_its_mean_colours() =>
        Prop.ForAll(
            Images,
            Gen.Choose(1, 50).ToArbitrary(),
            (image, bound) =>
            {
                var small = Resizing.Within(image, bound, bound);
                return small.Width <= bound
                    && small.Height <= bound
                    && small.Pixels.Min() >= image.Pixels.Min()
                    && small.Pixels.Max() <= image.Pixels.Max()
                    && (image.Width > bound || image.Height > bound || small == image);
            }
        );

    [Theory]
    [InlineData("KITTY_WINDOW_ID=1", PictureWay.Kitty)]
    [InlineData("TERM=xterm-kitty", PictureWay.Kitty)]
    [InlineData("TERM=xterm-kitty TMUX=/tmp/tmux", null)]
    [InlineData("TERM=xterm-256color", null)]
    [InlineData("TERM=xterm-kitty SVCO_PICTURES=sixel", PictureWay.Sixel)]
    [InlineData("SVCO_PICTURES=none", PictureWay.None)]
    public void The_environment_says_how_pictures_are_shown(string environment, object? way)
    {
        var variables = environment.Split(' ').Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal((PictureWay?)way, PictureWays.Of(variables.GetValueOrDefault));
    }

    [Theory]
    [InlineData("\u001b[?62;4;22c", true)]
    [InlineData("\u001b[?62;22;4c", true)]
    [InlineData("\u001b[?1;2c", false)]
    [InlineData("\u001b[?4;6c", false)]
    [InlineData("", false)]
    public void A_terminal_says_whether_it_knows_sixel(string answer, bool knows) => Assert.Equal(knows, PictureWays.HasSixel(answer));

    /// <summary>The channels of each pixel in percent, by a reader of sixel of the test's own.</summary>
    static int[] ReadSixel(string text, int width, int height)
    {
        var pixels = new int[3 * width * height];
        var colours = new Dictionary<string, int[]>();
        var (colour, column, top) = ("", 0, 0);
        // Between the size and the end of the control code.
        foreach (Match match in SixelPart().Matches(text[(text.IndexOf('"', StringComparison.Ordinal) + 1)..^2]))
        {
            if (match.Groups["define"].Success)
            {
                colours[match.Groups["define"].Value] =
                [
                    .. match.Groups["rgb"].Value.Split(';').Select(percent => int.Parse(percent, CultureInfo.InvariantCulture)),
                ];
            }
            else if (match.Groups["select"].Success)
            {
                colour = match.Groups["select"].Value;
            }
            else if (match.Groups["letter"].Success)
            {
                var count = match.Groups["count"].Success ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : 1;
                var bits = match.Groups["letter"].Value[0] - '?';
                for (; count > 0; count--, column++)
                {
                    for (var row = 0; row < 6; row++)
                    {
                        if ((bits & (1 << row)) != 0)
                        {
                            colours[colour].CopyTo(pixels, 3 * ((top + row) * width + column));
                        }
                    }
                }
            }
            else
            {
                (column, top) = (0, match.Value == "-" ? top + 6 : top);
            }
        }

        return pixels;
    }

    [GeneratedRegex(@"\x1b_G(f=100,a=T,)?m=(?<more>[01]);(?<data>[^\x1b]*)\x1b\\")]
    private static partial Regex KittyPiece();

    [GeneratedRegex(@"#(?<define>\d+);2;(?<rgb>\d+;\d+;\d+)|#(?<select>\d+)|(!(?<count>\d+))?(?<letter>[?-~])|[$-]")]
    private static partial Regex SixelPart();
}
