using System.Text;
using FsCheck.Xunit;
using SVco.Core;
using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class TextFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<Encoding> Encodings =>
        [new UTF8Encoding(false), new UTF8Encoding(true), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true)];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Text_is_the_same_in_every_encoding_that_is_read(Encoding encoding)
    {
        const string text = "Ein Bär, 熊, 🐻\nand a line";
        File.WriteAllText(folder.At("a.txt"), text, encoding);
        Assert.Equal(text, TextFile.Read(folder.At("a.txt")));
    }

    [Property]
    public bool Every_text_comes_back(string text)
    {
        // Half a surrogate pair is no text; what writes it puts a replacement in its place.
        var known = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
        File.WriteAllText(folder.At("b.txt"), known);
        return TextFile.Read(folder.At("b.txt")) == known.TrimStart('\uFEFF') || known.StartsWith('\uFEFF');
    }

    [Theory]
    [InlineData("one\ntwo caf\u00e9", "Latin1", "line 2, byte 11")]
    [InlineData("\u00e9", "Latin1", "line 1, byte 0")]
    public void Another_encoding_is_refused_with_its_place(string text, string encoding, string place)
    {
        File.WriteAllText(folder.At("c.txt"), text, Encoding.GetEncoding(encoding));
        var error = Assert.Throws<UserException>(() => TextFile.Read(folder.At("c.txt")));
        Assert.Contains(place, error.Message);
        Assert.Contains("Save the file as UTF-8", error.Message);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_long_text_is_read_in_pieces_wherever_they_end(Encoding encoding)
    {
        foreach (var shift in (int[])[0, 1, 2, 3])
        {
            var text = new string('a', shift) + string.Concat(Enumerable.Repeat("🐻", 50_000));
            File.WriteAllText(folder.At("long.txt"), text, encoding);
            using var reader = new StreamReader(TextFile.Open(folder.At("long.txt")));
            Assert.Equal(text, reader.ReadToEnd());
        }
    }

    [Fact]
    public void A_long_text_in_another_encoding_is_refused_with_the_place_in_the_file()
    {
        foreach (var at in (int[])[0, 65_534, 65_535, 65_536, 130_000, 199_999])
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("123456789\n", 20_000)));
            bytes[at] = 0xE9;
            File.WriteAllBytes(folder.At("long.txt"), bytes);
            Assert.Contains(
                $"line {(at / 10) + 1}, byte {at} of",
                Assert.Throws<UserException>(() => TextFile.Open(folder.At("long.txt"))).Message
            );
        }
    }

    [Fact]
    public void Half_a_pair_in_utf_16_is_refused()
    {
        foreach (
            var bytes in (byte[][])
                [
                    [0xFF, 0xFE, (byte)'\n', 0, 0x00, 0xD8, (byte)'b', 0],
                    [0xFF, 0xFE, (byte)'\n', 0, 0x00, 0xD8],
                    [0xFF, 0xFE, (byte)'\n', 0, 0x00, 0xDC, (byte)'b', 0],
                    [0xFE, 0xFF, 0, (byte)'\n', 0xD8, 0x00, 0, (byte)'b'],
                    [0xFF, 0xFE, (byte)'\n', 0, (byte)'b'],
                ]
        )
        {
            File.WriteAllBytes(folder.At("d.txt"), bytes);
            var message = Assert.Throws<UserException>(() => TextFile.Read(folder.At("d.txt"))).Message;
            Assert.Contains("d.txt, line 2, byte 4 of the file", message);
            Assert.Contains("UTF-16", message);
        }
    }

    [Fact]
    public void Folders_missing_files_and_odd_paths_are_refused_each_with_its_own_word()
    {
        Assert.Contains("is a folder", Assert.Throws<UserException>(() => TextFile.Read(folder.At())).Message);
        Assert.Contains("does not exist", Assert.Throws<UserException>(() => TextFile.Read(folder.At("none"))).Message);
        Assert.Contains("zero character", Assert.Throws<UserException>(() => TextFile.Read(folder.At("a\0b"))).Message);
        File.WriteAllText(folder.At("large"), "1234");
        Assert.Contains("has 4 bytes", Assert.Throws<UserException>(() => TextFile.Read(folder.At("large"), most: 3)).Message);
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", folder.At("pipe"));
        made.WaitForExit();
        Assert.Equal("", TextFile.Read(folder.At("pipe")));
    }

    [Fact]
    public void Whatever_a_reader_throws_names_the_file()
    {
        var error = Assert.Throws<UserException>(() => InputFile.Read<int>("x.bin", "a number", () => throw new FormatException("odd")));
        Assert.Equal("x.bin is not a number: odd", error.Message);
        Assert.Throws<OperationCanceledException>(() => InputFile.Read<int>("x", "y", () => throw new OperationCanceledException()));
    }
}
