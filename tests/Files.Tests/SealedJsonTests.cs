using System.Collections.Immutable;
using FsCheck.Xunit;
using SVco.Core;
using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class SealedJsonTests : IDisposable
{
    sealed record Kept(int Step, string Name, ImmutableArray<double> Numbers, string? Note = null);

    readonly TemporaryFolder folder = new();

    string KeptFile => folder.At("kept.json");

    public void Dispose() => folder.Dispose();

    [Property]
    public bool A_value_comes_back(int step, double number)
    {
        SealedJson.Write(KeptFile, new Kept(step, "a \"b\" ü", [number, double.NaN]));
        var read = SealedJson.Read<Kept>(KeptFile);
        return (read.Step, read.Name) == (step, "a \"b\" ü") && read.Numbers.SequenceEqual([number, double.NaN]);
    }

    /// <summary>Any bit but those of blanks between the fields, and of the letters in which JSON writes what is not printed.</summary>
    [Fact]
    public void Every_flipped_bit_is_seen_or_means_nothing()
    {
        SealedJson.Write(KeptFile, new Kept(8, "name", [1.5, 2]));
        var bytes = File.ReadAllBytes(KeptFile);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(KeptFile, changed);
            Assert.True(SealedJson.Find<Kept>(KeptFile) is null or { Step: 8, Name: "name", Numbers: [1.5, 2] }, $"bit {bit}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"sha256\": null, \"value\": null}")]
    [InlineData("{\"sha256\": \"74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b\", \"value\": null}")]
    [InlineData("{\"Step\": 2, \"Name\": \"a\", \"Numbers\": []}")]
    public void Something_else_is_one_message(string text)
    {
        File.WriteAllText(KeptFile, text);
        Assert.Contains(KeptFile, Assert.Throws<UserException>(() => SealedJson.Read<Kept>(KeptFile)).Message);
        Assert.Null(SealedJson.Find<Kept>(KeptFile));
    }

    [Theory]
    [InlineData("{\"Step\": 2, \"Name\": \"a\", \"Numbers\": []}", true)]
    [InlineData("{\"Step\": 2, \"Name\": null, \"Numbers\": []}", false)]
    [InlineData("{\"Step\": 2, \"Numbers\": []}", false)]
    [InlineData("{\"Step\": 2.5, \"Name\": \"a\", \"Numbers\": []}", false)]
    [InlineData("{\"Step\": 2, \"Name\": \"a\", \"Numbers\": [null]}", false)]
    [InlineData("{\"Step\": 2, \"Name\": \"a\", \"Numbers\": null}", false)]
    [InlineData("{\"Step\": 2, \"Step\": 3, \"Name\": \"a\", \"Numbers\": []}", false)]
    public void What_an_earlier_version_wrote_without_a_checksum_is_taken_with_a_word(string text, bool isTaken)
    {
        File.WriteAllText(KeptFile, text);
        var notes = new List<string>();
        if (isTaken)
        {
            Assert.Equal(2, SealedJson.Read<Kept>(KeptFile, notes.Add).Step);
            Assert.Contains("without a checksum", Assert.Single(notes));
        }
        else
        {
            Assert.Throws<UserException>(() => SealedJson.Read<Kept>(KeptFile, notes.Add));
        }
    }
}
