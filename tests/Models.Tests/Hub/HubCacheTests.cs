using SVco.Core;
using SVco.Models.Hub;

namespace SVco.Models.Tests;

/// <summary>What is found on disk, and what is said when it is not all there.</summary>
public sealed class HubCacheTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("svco-hub").FullName;

    HubSettings Offline => new() { CacheFolder = folder, Offline = true };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_folder_that_exists_is_returned_as_it_is() =>
        Assert.Equal(folder, await ModelHub.ResolveAsync(folder, Offline, null, CancellationToken.None));

    [Fact]
    public async Task A_file_is_no_model()
    {
        var file = Path.Combine(folder, "model.safetensors");
        File.WriteAllText(file, "");

        Assert.Contains("is a file", (await Fail(file)).Message);
    }

    [Theory]
    [InlineData("./no/such/folder")]
    [InlineData("/no/such/folder")]
    [InlineData("llava")]
    [InlineData("owner/../name")]
    [InlineData("owner/name@../../x")]
    [InlineData("owner/name@")]
    [InlineData("owner/name\n")]
    [InlineData("")]
    public async Task What_is_neither_a_folder_nor_an_id_is_refused(string text) =>
        Assert.Contains("neither a folder that exists nor a hub id", (await Fail(text)).Message);

    [Theory]
    [InlineData("llava-hf/llava-1.5-7b-hf", "llava-hf", "llava-1.5-7b-hf", "main")]
    [InlineData("a/b@v1.0", "a", "b", "v1.0")]
    [InlineData("a/b@refs/pr/3", "a", "b", "refs/pr/3")]
    public void An_id_has_an_owner_a_name_and_a_revision(string text, string owner, string name, string revision) =>
        Assert.Equal(new HubId(owner, name, revision), HubId.Parse(text));

    [Fact]
    public async Task Offline_with_nothing_in_the_cache_lists_what_to_fetch_and_where_it_was_looked_for()
    {
        var error = await Fail("owner/name@v2");

        Assert.Contains(
            "config.json, tokenizer.json, preprocessor_config.json, model.safetensors (or model.safetensors.index.json",
            error.Message
        );
        Assert.Contains(Path.Combine(folder, "models--owner--name"), error.Message);
        Assert.Contains("hf download owner/name --revision v2", error.Message);
        Assert.Contains("https://huggingface.co/owner/name/resolve/v2/config.json", error.Message);
    }

    [Fact]
    public async Task Offline_the_only_whole_commit_is_taken_where_the_cache_has_no_refs()
    {
        var snapshot = Cached(
            ("config.json", "{}"),
            ("tokenizer.json", "{}"),
            ("preprocessor_config.json", "{}"),
            ("model.safetensors", "")
        );
        Directory.Delete(Path.Combine(folder, "models--owner--name", "refs"), recursive: true);
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(snapshot)!, "another"));

        Assert.Equal(snapshot, await ModelHub.ResolveAsync("owner/name", Offline, null, CancellationToken.None));
        Assert.Contains("cannot be fetched", (await Fail("owner/name@v2")).Message);
    }

    [Fact]
    public async Task Offline_with_one_shard_missing_names_that_shard_only()
    {
        var snapshot = Cached(
            ("config.json", "{}"),
            ("tokenizer.json", "{}"),
            ("processor_config.json", """{"image_processor":{}}"""),
            ("model.safetensors.index.json", """{"weight_map":{"x":"model-1.safetensors","y":"model-2.safetensors"}}"""),
            ("model-1.safetensors", "")
        );

        var error = await Fail("owner/name");

        Assert.Contains("Missing: model-2.safetensors\n", error.Message);
        Assert.Contains($"Looked in: {snapshot}\n", error.Message);
        Assert.Contains("hf download owner/name model-2.safetensors\n", error.Message);
    }

    [Fact]
    public async Task A_link_without_its_blob_counts_as_missing()
    {
        var snapshot = Cached(("config.json", "{}"), ("tokenizer.json", "{}"), ("preprocessor_config.json", "{}"));
        File.CreateSymbolicLink(Path.Combine(snapshot, "model.safetensors"), "../../blobs/none");

        Assert.Contains("Missing: model.safetensors ", (await Fail("owner/name")).Message);
    }

    [Fact]
    public async Task No_network_is_told_like_offline()
    {
        var unused = new HubServer(_ => HubAnswer.Of(500));
        var settings = new HubSettings
        {
            CacheFolder = folder,
            Endpoint = unused.Address,
            Retries = 1,
            RetryDelay = TimeSpan.Zero,
        };
        unused.Dispose();

        var error = await Assert.ThrowsAsync<UserException>(() => ModelHub.ResolveAsync("owner/name", settings, null, default));

        Assert.Contains("cannot be reached", error.Message);
        Assert.Contains("Missing: config.json", error.Message);
    }

    [Fact]
    public void Where_links_are_not_possible_the_file_is_copied()
    {
        var cache = new HubCache(folder, new HubId("owner", "name"));
        Directory.CreateDirectory(Path.GetDirectoryName(cache.Blob("abc"))!);
        File.WriteAllText(cache.Blob("abc"), "content");

        cache.Link("commit", "config.json", "abc", (_, _) => throw new UnauthorizedAccessException());

        var file = new FileInfo(Path.Combine(cache.Snapshot("commit"), "config.json"));
        Assert.Null(file.LinkTarget);
        Assert.Equal("content", File.ReadAllText(file.FullName));
    }

    [Fact]
    public void The_environment_gives_the_folders_of_huggingface_hub()
    {
        static HubSettings From(params (string Name, string Value)[] variables) =>
            HubSettings.From(name => variables.FirstOrDefault(v => v.Name == name).Value);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

        Assert.Equal(Path.Combine(home, ".cache", "huggingface", "hub"), From().CacheFolder);
        Assert.Equal("/x/huggingface/hub", From(("XDG_CACHE_HOME", "/x")).CacheFolder);
        Assert.Equal("/h/hub", From(("XDG_CACHE_HOME", "/x"), ("HF_HOME", "/h")).CacheFolder);
        Assert.Equal("/c", From(("HF_HOME", "/h"), ("HF_HUB_CACHE", "/c")).CacheFolder);
        Assert.Equal("https://huggingface.co/", From().Endpoint.AbsoluteUri);
        Assert.Equal("https://mirror.example/hub", From(("HF_ENDPOINT", "https://mirror.example/hub/")).Endpoint.AbsoluteUri);
        Assert.True(From(("HF_HUB_OFFLINE", "1")).Offline);
        Assert.False(From(("HF_HUB_OFFLINE", "0")).Offline);
        Assert.Equal("hf_a", From(("HF_TOKEN", " hf_a\n")).Token);
        Assert.DoesNotContain("hf_a", Assert.Throws<UserException>(() => From(("HF_TOKEN", "hf_a hf_b"))).Message);
        Assert.Contains("HF_ENDPOINT", Assert.Throws<UserException>(() => From(("HF_ENDPOINT", "mirror"))).Message);
    }

    Task<UserException> Fail(string text) =>
        Assert.ThrowsAsync<UserException>(() => ModelHub.ResolveAsync(text, Offline, null, CancellationToken.None));

    string Cached(params (string Name, string Content)[] files)
    {
        var cache = new HubCache(folder, new HubId("owner", "name"));
        cache.WriteRef("c0ffee");
        var snapshot = Directory.CreateDirectory(cache.Snapshot("c0ffee")).FullName;
        foreach (var (name, content) in files)
            File.WriteAllText(Path.Combine(snapshot, name), content);
        return snapshot;
    }
}
