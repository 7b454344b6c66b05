namespace SVco.Files.Tests;

public sealed class CacheRootTests
{
    [Theory]
    [InlineData("/own", "/xdg", "/own")]
    [InlineData("", "/xdg", "/xdg/svco")]
    [InlineData(null, "/xdg", "/xdg/svco")]
    public void A_variable_moves_all_caches(string? own, string? xdg, string folder) =>
        Assert.Equal(folder, CacheRoot.FolderOf(name => name == "SVCO_CACHE" ? own : xdg));

    [Fact]
    public void Without_one_it_is_a_whole_path_of_the_system() => Assert.True(Path.IsPathRooted(CacheRoot.FolderOf(_ => null)));
}
