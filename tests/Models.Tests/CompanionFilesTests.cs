using SVco.Core;
using SVco.Tests;

namespace SVco.Models.Tests;

public sealed class CompanionFilesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public CompanionFilesTests()
    {
        Directory.CreateDirectory(folder.At("from"));
        File.WriteAllText(folder.At("from", "tokenizer.json"), "12345");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Links_to_nothing_and_to_themselves_are_left_out_and_links_to_files_followed()
    {
        File.CreateSymbolicLink(folder.At("from", "added_tokens.json"), folder.At("gone"));
        File.CreateSymbolicLink(folder.At("from", "chain.json"), folder.At("from", "added_tokens.json"));
        File.CreateSymbolicLink(folder.At("from", "round.json"), folder.At("from", "round.json"));
        File.WriteAllText(folder.At("blob"), "123");
        File.CreateSymbolicLink(folder.At("from", "chat_template.jinja"), folder.At("blob"));

        Assert.Equal(8, CompanionFiles.CheckedBytes(folder.At("from")));
        Assert.Equal(
            ["chat_template.jinja", "tokenizer.json"],
            CompanionFiles.Of(folder.At("from")).Select(file => Path.GetFileName(file)).Order()
        );
    }

    [Fact]
    public void One_that_cannot_be_read_is_refused()
    {
        // An administrator may read everything.
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            return;
        }

        File.SetUnixFileMode(folder.At("from", "tokenizer.json"), UnixFileMode.None);
        Assert.Contains(
            "A saved model takes it along",
            Assert.Throws<UserException>(() => CompanionFiles.CheckedBytes(folder.At("from"))).Message
        );
    }
}
