using SVco.Files;
using SVco.Tests;
using SVco.Training.Caching;

namespace SVco.Training.Tests;

public sealed class ModelFingerprintTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public ModelFingerprintTests()
    {
        Put("model/config.json", "{}");
        Put("model/model-00001-of-00002.safetensors", "weights");
        Put("model/model-00002-of-00002.safetensors", "more weights");
        Put("model/README.md", "words");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fingerprint_depends_on_the_content_and_not_on_the_place()
    {
        Put("copy/config.json", "{}");
        Put("copy/model-00001-of-00002.safetensors", "weights");
        Put("copy/model-00002-of-00002.safetensors", "more weights");
        Put("copy/README.md", "other words");

        Assert.Equal(Of("model"), Of("copy"));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model-00001-of-00002.safetensors")]
    [InlineData("model-00002-of-00002.safetensors")]
    [InlineData("model-00003-of-00002.safetensors")]
    public void Other_weights_and_another_configuration_are_another_model(string changed)
    {
        var before = Of("model");
        Put($"model/{changed}", "changed");
        Assert.NotEqual(before, Of("model"));
    }

    /// <summary>The hub's cache has links in its snapshots.</summary>
    [Fact]
    public void A_link_has_the_fingerprint_of_its_target()
    {
        Put("blobs/one", "weights");
        Put("snapshot/config.json", "{}");
        Put("snapshot/model-00002-of-00002.safetensors", "more weights");
        var link = _folder.At("snapshot", "model-00001-of-00002.safetensors");
        File.CreateSymbolicLink(link, Path.Combine("..", "blobs", "one"));
        Assert.Equal(Of("model"), Of("snapshot"));

        Put("blobs/one", "other weights");
        Assert.NotEqual(Of("model"), Of("snapshot"));
    }

    /// <summary>16 GB are read once: a large file of the same place, size, time of change and sample is taken for the same.</summary>
    [Fact]
    public void A_large_file_that_has_not_changed_is_not_read_again()
    {
        var path = _folder.At("model", "model-00001-of-00002.safetensors");
        var bytes = new byte[1 << 22];
        File.WriteAllBytes(path, bytes);
        var (before, time) = (Of("model", small: 0), File.GetLastWriteTimeUtc(path));
        // Between the first two blocks of the sample, which are 16,448 bytes apart.
        bytes[10_000] = 1;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
        Assert.Equal(before, Of("model", small: 0));

        File.SetLastWriteTimeUtc(path, time.AddSeconds(1));
        Assert.NotEqual(before, Of("model", small: 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 26)]
    public void Other_weights_that_keep_size_and_time_are_another_model(long small)
    {
        var before = Of("model", small);
        var path = _folder.At("model", "model-00001-of-00002.safetensors");
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, "WEIGHTS");
        File.SetLastWriteTimeUtc(path, time);
        Assert.NotEqual(before, Of("model", small));
    }

    string Of(string model, long small = 1 << 26) =>
        ModelFingerprint.Of(_folder.At(model), new DiskCache(_folder.At("cache"), 1 << 20, warning => Assert.Fail(warning)), null, small);

    void Put(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(name))!);
        File.WriteAllText(_folder.At(name), text);
    }
}
