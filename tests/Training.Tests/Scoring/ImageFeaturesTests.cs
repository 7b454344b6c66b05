using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

public sealed class ImageFeaturesTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("svco-features").FullName;
    readonly PackedCase _case = new(3, ScalarType.BFloat16);
    readonly List<ImageSource> _loaded = [];
    readonly ImageSource[] _images;

    public ImageFeaturesTests()
    {
        _case.Model.SetTrainable(Part.None);
        _images =
        [
            .. Enumerable
                .Range(0, 3)
                .Select(number =>
                {
                    var file = Path.Combine(_folder, $"{number}.png");
                    File.WriteAllText(file, $"image {number}");
                    return new ImageSource.File(file);
                }),
        ];
    }

    public void Dispose()
    {
        _case.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_a_frozen_tower_made_of_an_image_is_the_same_to_the_bit_from_the_cache()
    {
        using var scope = NewDisposeScope();
        var first = Cached().Of([_images[0], _images[1]]);
        var second = Cached().Of([_images[1], _images[2], _images[0]]);

        Assert.Equal(_images, _loaded);
        Assert.True(first[0].Features.equal(second[2].Features).all().item<bool>());
        Assert.True(first[1].Features.equal(second[0].Features).all().item<bool>());
        Assert.Equal(new LiveFeatures(_case.Model, _case.Loader(Pixels)).Of([_images[2]])[0].Features.shape, second[1].Features.shape);
    }

    [Fact]
    public void An_image_whose_file_has_changed_is_encoded_anew()
    {
        using var scope = NewDisposeScope();
        Cached().Of([_images[0]]);
        File.WriteAllText(((ImageSource.File)_images[0]).Path, "another image");
        Cached().Of([_images[0]]);

        Assert.Equal([_images[0], _images[0]], _loaded);
    }

    [Fact]
    public void A_tower_that_is_trained_is_never_cached()
    {
        using var scope = NewDisposeScope();
        _case.Model.SetTrainable(Part.VisionTower | Part.Projector | Part.LanguageModel);

        Assert.True(Cached().Of([_images[0]])[0].Features.requires_grad);
        Cached().Of([_images[0]]);
        Assert.Equal(2, _loaded.Count);
    }

    DiskFeatures Cached() =>
        new(
            _case.Model,
            _case.Loader(Pixels),
            new DiskCache(Path.Combine(_folder, "cache"), 1 << 20, _ => Assert.Fail("damaged")),
            "a model"
        );

    float[] Pixels(ImageSource image)
    {
        _loaded.Add(image);
        var random = new Random(image.GetHashCode());
        var size = _case.Config.Vision.ImageSize;
        return [.. Enumerable.Range(0, 3 * size * size).Select(_ => random.NextSingle())];
    }
}
