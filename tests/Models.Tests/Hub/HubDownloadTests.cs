using SVco.Core;
using SVco.Models.Hub;

namespace SVco.Models.Tests;

/// <summary>Downloads, against a web server on loopback.</summary>
public sealed class HubDownloadTests : IDisposable
{
    readonly HubWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task A_download_has_the_layout_of_huggingface_hub_and_only_the_files_that_a_model_needs()
    {
        var folder = await world.ResolveAsync();

        Assert.Equal(Path.Combine(world.Cache.ModelFolder, "snapshots", HubWorld.Commit), folder);
        string[] wanted =
        [
            "chat_template.jinja",
            "config.json",
            HubWorld.Shard1,
            HubWorld.Shard2,
            "model.safetensors.index.json",
            "preprocessor_config.json",
            "tokenizer.json",
        ];
        Assert.Equal(wanted, Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(HubWorld.Commit, File.ReadAllText(Path.Combine(world.Cache.ModelFolder, "refs", "main")));
        foreach (var name in wanted)
        {
            var content = world.Files[name];
            var etag = name.EndsWith(".safetensors") ? HubWorld.Sha256(content) : HubWorld.GitHash(content);
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(folder, name)));
            Assert.Equal(Path.Combine("..", "..", "blobs", etag), new FileInfo(Path.Combine(folder, name)).LinkTarget);
        }
        var blobs = Directory.GetFiles(Path.Combine(world.Cache.ModelFolder, "blobs"));
        Assert.Equal(wanted.Length, blobs.Length);
        Assert.DoesNotContain(blobs, blob => blob.EndsWith(".incomplete"));
    }

    [Fact]
    public async Task What_is_refused_by_the_small_files_is_refused_before_weights_are_fetched()
    {
        var seen = new List<string>();
        var refused = await Assert.ThrowsAsync<UserException>(() =>
            ModelHub.ResolveAsync(
                "tiny/llava",
                world.Settings,
                null,
                CancellationToken.None,
                folder =>
                {
                    seen.AddRange(Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!));
                    throw new UserException("the data are broken");
                }
            )
        );
        Assert.Equal("the data are broken", refused.Message);
        Assert.Contains("tokenizer.json", seen);
        Assert.DoesNotContain(HubWorld.Shard1, seen);
        Assert.DoesNotContain(world.AllRequests, request => request.Method == "GET" && request.Path.EndsWith(".safetensors"));
        // Asked again without an objection, the rest is fetched.
        Assert.True(File.Exists(Path.Combine(await world.ResolveAsync(), HubWorld.Shard2)));
    }

    [Fact]
    public async Task A_second_call_makes_no_request()
    {
        var first = await world.ResolveAsync();
        var requests = world.AllRequests.Count();

        Assert.Equal(first, await world.ResolveAsync());
        Assert.Equal(first, await world.ResolveAsync(world.Settings with { Offline = true }));
        Assert.Equal(first, await world.ResolveAsync(id: "tiny/llava@" + HubWorld.Commit));
        Assert.Equal(requests, world.AllRequests.Count());
    }

    [Fact]
    public async Task A_download_goes_on_after_a_cut_connection_from_the_byte_it_reached()
    {
        var cuts = 0;
        world.OnStore = request =>
            request.Path.EndsWith(HubWorld.Shard1) && cuts++ < 3
                ? request.From is { } from
                    ? HubWorld.Part(world.Files[HubWorld.Shard1], from, cutAfter: 20_000)
                    : new(200, world.Files[HubWorld.Shard1], new Dictionary<string, string>(), CutAfter: 20_000)
                : null;

        var folder = await world.ResolveAsync();

        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
        var starts = world.Store.Requests.Where(r => r.Path.EndsWith(HubWorld.Shard1)).Select(r => r.From ?? 0);
        Assert.Equal([0, 20_000, 40_000, 60_000], starts);
    }

    [Fact]
    public async Task A_download_that_makes_no_headway_ends_and_the_next_run_goes_on_where_it_stopped()
    {
        var isDown = true;
        world.OnStore = request =>
            !isDown ? null
            : request.From is { } from ? HubWorld.Part(world.Files[HubWorld.Shard1], from, cutAfter: 0)
            : new(200, world.Files[HubWorld.Shard1], new Dictionary<string, string>(), CutAfter: 30_000);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());
        Assert.Contains(HubWorld.Shard1, error.Message);
        Assert.Contains("30000 of 100000 bytes", error.Message);

        isDown = false;
        world.Store.Requests.Clear();
        var folder = await world.ResolveAsync();
        Assert.Equal(30_000, world.Store.Requests.First().From);
        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_is_read_from_the_start()
    {
        LeavePart(HubWorld.Shard1, world.Files[HubWorld.Shard1][..500]);
        world.OnStore = request => new(200, world.Files[Path.GetFileName(request.Path)], new Dictionary<string, string>());

        var folder = await world.ResolveAsync();

        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
    }

    [Fact]
    public async Task A_damaged_part_of_an_earlier_run_is_fetched_anew()
    {
        LeavePart(HubWorld.Shard1, new byte[500]);

        var folder = await world.ResolveAsync();

        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
        Assert.Equal([500, null], world.Store.Requests.Where(r => r.Path.EndsWith(HubWorld.Shard1)).Select(r => r.From));
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_no_other_host()
    {
        await world.ResolveAsync(world.Settings with { Token = "hf_secret" });

        Assert.All(world.Hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Headers["authorization"]));
        Assert.NotEmpty(world.Store.Requests);
        Assert.All(world.Store.Requests, request => Assert.DoesNotContain("authorization", request.Headers.Keys));
        Assert.DoesNotContain("hf_secret", (world.Settings with { Token = "hf_secret" }).ToString());
    }

    [Fact]
    public async Task Relative_redirects_of_the_hub_are_followed_with_the_token()
    {
        world.OnHub = request =>
            request.Path.EndsWith($"/resolve/{HubWorld.Commit}/config.json") ? HubAnswer.Of(307, "", ("Location", "/moved/config.json"))
            : request.Path == "/moved/config.json" ? HubAnswer.Of(200, """{"moved":1}""", ("ETag", "\"abc\""))
            : null;

        var folder = await world.ResolveAsync(world.Settings with { Token = "hf_secret" });

        Assert.Equal("""{"moved":1}""", File.ReadAllText(Path.Combine(folder, "config.json")));
        Assert.All(world.Hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Headers["authorization"]));
    }

    [Fact]
    public async Task Content_with_another_checksum_is_refused_and_deleted()
    {
        world.OnStore = request => new(200, new byte[100_000], new Dictionary<string, string>());

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains(HubWorld.Sha256(world.Files[HubWorld.Shard1]), error.Message);
        Assert.Contains(HubWorld.Sha256(new byte[100_000]), error.Message);
        Assert.False(File.Exists(Path.Combine(world.Cache.Snapshot(HubWorld.Commit), HubWorld.Shard1)));
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(world.Cache.ModelFolder, "blobs")), file => file.EndsWith(".incomplete"));
    }

    [Fact]
    public async Task Content_that_is_longer_than_the_server_said_is_refused()
    {
        world.OnStore = _ => new(200, new byte[100_001], new Dictionary<string, string>());

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("more than the 100000 bytes", error.Message);
    }

    [Theory]
    [InlineData(401, null, "Accept its terms")]
    [InlineData(403, "hf_secret", "HF_TOKEN gives no access")]
    [InlineData(404, null, "no such model")]
    public async Task A_refusal_is_told_at_once_with_what_to_do(int status, string? token, string advice)
    {
        world.OnHub = _ => HubAnswer.Of(status);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync(world.Settings with { Token = token }));

        Assert.Contains($"tiny/llava: {world.Hub.Address.GetLeftPart(UriPartial.Authority)} answered {status}", error.Message);
        Assert.Contains(advice, error.Message);
        Assert.DoesNotContain("hf_secret", error.ToString());
        Assert.Single(world.Hub.Requests);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again()
    {
        var calls = 0;
        world.OnHub = _ => calls++ < 2 ? HubAnswer.Of(503, "", ("Retry-After", "0")) : null;

        Assert.True(File.Exists(Path.Combine(await world.ResolveAsync(), "config.json")));
    }

    [Fact]
    public async Task A_server_that_asks_for_years_is_not_waited_for()
    {
        world.OnHub = _ => HubAnswer.Of(429, "", ("Retry-After", "1000000000"));

        Assert.Contains("answered 429: too many requests", (await Fail()).Message);
        Assert.Single(world.Hub.Requests);
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_named_after_the_last_retry()
    {
        world.OnHub = _ => HubAnswer.Of(503);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("answered 503", error.Message);
        Assert.Equal(world.Settings.Retries + 1, world.Hub.Requests.Count);
    }

    [Fact]
    public async Task A_silent_server_counts_as_cut_off()
    {
        world.OnStore = _ =>
        {
            Thread.Sleep(1000);
            return null;
        };

        var settings = world.Settings with { Patience = TimeSpan.FromMilliseconds(100), Retries = 1 };
        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync(settings));

        Assert.Contains("does not answer", error.Message);
    }

    [Fact]
    public async Task Concurrent_downloads_fetch_each_file_once()
    {
        var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => world.ResolveAsync())));

        Assert.Single(folders.Distinct());
        Assert.Equal(2, world.Store.Requests.Count);
        Assert.Equal(world.Files[HubWorld.Shard2], File.ReadAllBytes(Path.Combine(folders[0], HubWorld.Shard2)));
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes()
    {
        var reports = new List<HubProgress>();

        await world.ResolveAsync(progress: new Collector(reports));

        Assert.Equal(reports[^1].TotalBytes, reports[^1].Bytes);
        Assert.Equal(reports.Select(r => r.Bytes).Order(), reports.Select(r => r.Bytes));
        Assert.Single(reports.Select(r => r.TotalBytes).Distinct());
    }

    [Fact]
    public async Task A_full_disk_is_told_as_such()
    {
        if (!File.Exists("/dev/full"))
            return;
        // Every write to this device fails as on a full disk.
        var incomplete = Incomplete(HubWorld.Shard1);
        File.CreateSymbolicLink(incomplete, "/dev/full");

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains($"The disk of {world.Settings.CacheFolder} is full", error.Message);
    }

    [Fact]
    public async Task A_repository_without_safetensors_is_refused_by_name()
    {
        foreach (var name in world.Files.Keys.Where(name => name.Contains("safetensors")).ToList())
            world.Files.Remove(name);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("tiny/llava has neither model.safetensors nor model.safetensors.index.json", error.Message);
    }

    [Fact]
    public async Task An_index_that_points_out_of_its_folder_is_refused()
    {
        world.Files["model.safetensors.index.json"] = """{"weight_map":{"a":"../../../x.safetensors"}}"""u8.ToArray();

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("../../../x.safetensors", error.Message);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":null}}""", "must be a text")]
    [InlineData("""{"weight_map":{"a":""}}""", "must be a file of this folder")]
    [InlineData("""{"weight_map":{"a":7}}""", "must be a text")]
    [InlineData("""{"weight_map":{"a":"\udc00"}}""", "half of a surrogate pair")]
    [InlineData("""{"weight_map":null}""", "\"weight_map\" is missing")]
    public async Task An_index_that_names_no_file_is_refused(string index, string told)
    {
        world.Files["model.safetensors.index.json"] = System.Text.Encoding.UTF8.GetBytes(index);
        Assert.Contains(told, (await Fail()).Message);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-9223372036854775808")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999")]
    [InlineData("2000000000000")]
    [InlineData("1e5")]
    [InlineData("")]
    public async Task A_size_that_no_file_has_is_refused_before_anything_is_fetched(string size)
    {
        world.OnHub = request =>
            request.Path.EndsWith(HubWorld.Shard1)
                ? HubAnswer.Of(
                    302,
                    "",
                    ("Location", $"{world.Store.Address}store/{HubWorld.Shard1}"),
                    ("X-Linked-ETag", $"\"{HubWorld.Sha256(world.Files[HubWorld.Shard1])}\""),
                    ("X-Linked-Size", size)
                )
                : null;
        Assert.Contains($"says that the file has {size} bytes", (await Fail()).Message);
        Assert.Empty(world.Store.Requests);
    }

    [Fact]
    public async Task A_size_larger_than_what_arrives_ends_after_the_stated_retries()
    {
        // 100 bytes fewer than the hub names, from a store that tells no length.
        var content = world.Files[HubWorld.Shard1][..^100];
        world.OnStore = request =>
            !request.Path.EndsWith(HubWorld.Shard1) ? null
            : request.From is null ? new(200, content, new Dictionary<string, string>(), TellsLength: false)
            : new(206, [], new Dictionary<string, string>(), TellsLength: false);
        Assert.Contains("99900 of 100000 bytes", (await Fail()).Message);
        Assert.InRange(world.Store.Requests.Count, 1, 2 * (world.Settings.Retries + 1));

        // The same from one that ignores ranges.
        world.Store.Requests.Clear();
        world.OnStore = request =>
            request.Path.EndsWith(HubWorld.Shard1) ? new(200, content, new Dictionary<string, string>(), TellsLength: false) : null;
        Assert.Contains("the connection ended early", (await Fail()).Message);
        Assert.InRange(world.Store.Requests.Count, 1, 2 * (world.Settings.Retries + 1));

        // One that tells it is believed at once.
        world.Store.Requests.Clear();
        world.OnStore = request => request.Path.EndsWith(HubWorld.Shard1) ? new(200, content, new Dictionary<string, string>()) : null;
        Assert.Contains("named 100000 bytes, but sends 99900", (await Fail()).Message);
        Assert.Single(world.Store.Requests);
    }

    [Fact]
    public async Task Small_files_are_checked_against_their_hash()
    {
        var isChanged = true;
        world.OnHub = request =>
            request.Method == "GET" && request.Path.EndsWith("preprocessor_config.json") && isChanged
                ? HubAnswer.Of(200, """{"size":2}""")
                : null;
        var error = await Fail();
        Assert.Contains("preprocessor_config.json", error.Message);
        Assert.Contains(HubWorld.GitHash("""{"size":1}"""u8.ToArray()), error.Message);
        Assert.Contains(HubWorld.GitHash("""{"size":2}"""u8.ToArray()), error.Message);

        isChanged = false;
        Assert.Equal("""{"size":1}""", File.ReadAllText(Path.Combine(await world.ResolveAsync(), "preprocessor_config.json")));
    }

    [Fact]
    public async Task Files_of_one_etag_and_several_sizes_are_not_taken_for_one_another()
    {
        world.OnHub = request =>
            request.Path.Contains("/resolve/") && world.Files.TryGetValue(Path.GetFileName(request.Path), out var content)
                ? new(200, content, new Dictionary<string, string> { ["ETag"] = "\"same\"" })
                : null;
        Assert.Contains("gives several files one ETag", (await Fail()).Message);
    }

    [Theory]
    [InlineData("file:///etc/hostname")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("data:application/json,{}")]
    [InlineData("javascript:0")]
    public async Task A_redirect_to_what_is_no_web_address_is_refused(string location)
    {
        world.OnHub = request => request.Path.EndsWith("config.json") ? HubAnswer.Of(302, "", ("Location", location)) : null;
        Assert.Contains($"redirects to {location}, which is no web address", (await Fail()).Message);
    }

    [Theory]
    [InlineData("http://[::1")]
    [InlineData("http://a b/")]
    public async Task A_redirect_to_nowhere_is_told(string location)
    {
        world.OnHub = request => request.Path.EndsWith("config.json") ? HubAnswer.Of(302, "", ("Location", location)) : null;
        Assert.Contains("tiny/llava", (await Fail()).Message);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"sha":"c0ffee"}""")]
    [InlineData("""{"sha":null,"siblings":[]}""")]
    [InlineData("""{"sha":"..","siblings":[]}""")]
    [InlineData("""{"sha":"c0ffee","siblings":[{"rfilename":null}]}""")]
    [InlineData("""{"sha":"c0ffee","siblings":[{"rfilename":7}]}""")]
    [InlineData("""{"sha":"c0ffee","siblings":[null]}""")]
    [InlineData("""{"sha":"c0ffee","siblings":[{"rfilename":"\ud800"}]}""")]
    public async Task A_listing_that_is_none_is_told_as_such(string listing)
    {
        world.OnHub = _ => HubAnswer.Of(200, listing);
        Assert.Contains("is not a model's description", (await Fail()).Message);
    }

    [Fact]
    public async Task A_listing_with_a_name_too_long_for_a_folder_is_told_as_such()
    {
        world.OnHub = _ => HubAnswer.Of(200, $$"""{"sha":"{{new string('c', 5000)}}","siblings":[]}""");
        Assert.Contains("is not a model's description", (await Fail()).Message);
    }

    [Fact]
    public async Task A_listing_without_end_is_given_up()
    {
        world.OnHub = _ => new(200, new byte[17 << 20], new Dictionary<string, string>(), TellsLength: false);
        Assert.Contains("is longer than", (await Fail()).Message);
        Assert.Single(world.Hub.Requests);
    }

    [Fact]
    public async Task A_token_that_the_server_repeats_is_not_shown()
    {
        const string token = "hf_AbCdEfGhIjKlMnOp123";
        foreach (
            var answer in (HubAnswer[])
                [
                    HubAnswer.Of(302, "", ("Location", $"ftp://{token}@127.0.0.1/{token}")),
                    HubAnswer.Of(
                        302,
                        "",
                        ("Location", $"ftp://127.0.0.1/{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(token))}")
                    ),
                    HubAnswer.Of(302, "", ("Location", $"http://{token}.invalid/")),
                    HubAnswer.Of(302, "", ("Location", $"/{token}")),
                    HubAnswer.Of(200, "", ($"Bad header {token}", "x")),
                    HubAnswer.Of(200, $"\"{token}\""),
                ]
        )
        {
            world.OnHub = _ => answer;
            var error = await Assert.ThrowsAsync<UserException>(() =>
                world.ResolveAsync(world.Settings with { Token = token, Retries = 1 })
            );
            Assert.DoesNotContain(token[5..], error.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    Task<UserException> Fail() => Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

    void LeavePart(string name, byte[] part) => File.WriteAllBytes(Incomplete(name), part);

    string Incomplete(string name)
    {
        var blob = world.Cache.Blob(HubWorld.Sha256(world.Files[name]));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        return blob + ".incomplete";
    }

    sealed class Collector(List<HubProgress> reports) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => reports.Add(value);
    }
}
