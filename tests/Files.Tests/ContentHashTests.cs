using SVco.Core;
using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class ContentHashTests
{
    // sha256sum of "abc".
    const string Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Text_bytes_stream_and_file_of_one_content_have_one_hash()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("abc"), "abc");

        Assert.Equal(Abc, ContentHash.Of("abc"));
        Assert.Equal(Abc, ContentHash.Of("abc"u8));
        Assert.Equal(Abc, ContentHash.Of(new MemoryStream([.. "abc"u8])));
        Assert.Equal(Abc, ContentHash.OfFile(folder.At("abc")));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named() =>
        Assert.StartsWith("/nowhere/abc does not exist", Assert.Throws<UserException>(() => ContentHash.OfFile("/nowhere/abc")).Message);
}
