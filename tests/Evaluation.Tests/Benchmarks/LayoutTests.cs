using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>golden/evaluation: the same items from every layout, put as the official scripts put them.</summary>
public sealed class LayoutTests : IDisposable
{
    /// <summary>The benchmarks, and what the official answer files call them.</summary>
    static readonly Dictionary<string, string> AnswerFiles = new()
    {
        ["MMVP"] = "MMVP",
        ["CV-Bench"] = "cvbench",
        ["RealWorldQA"] = "realworldqa",
        ["ScienceQA"] = "scienceqa",
        ["TextVQA"] = "textvqa",
        ["MM-Vet"] = "mmvet",
        ["LLaVA-Bench"] = "llavabench",
        ["MMHal-Bench"] = "mmhal",
    };

    readonly Copies copies = new();

    public static TheoryData<string> Names => [.. AllBenchmarks.Sources.Select(source => source.Name)];

    public static IEnumerable<object[]> InOtherLayouts =>
        AllBenchmarks
            .Sources.SelectMany(source => new[] { "hub", "tsv" }.Select(layout => (source.Name, Layout: layout)))
            .Where(one => Directory.Exists(Copies.Hub) && Find(one.Name, one.Layout).Found is not null)
            .Select(one => new object[] { one.Name, one.Layout });

    public void Dispose() => copies.Dispose();

    /// <summary>The official script of MMVP alone strips what a llava-interleave wrote (golden/benchmarks).</summary>
    [GoldenFact("evaluation")]
    public void Only_answers_to_MMVP_are_stripped_whatever_the_chat_format() =>
        Assert.All(
            AllBenchmarks
                .Find(Copies.Data)
                .SelectMany(finding => finding.Read(copies.Pictures).Items.Select(item => (finding.Source.Name, item.Task))),
            item => Assert.Equal(item.Name == "MMVP", ((ItemTask.Write)item.Task).IsStripped)
        );

    [GoldenTheory("evaluation")]
    [MemberData(nameof(Names))]
    public void The_official_files_give_the_prompts_of_the_official_answers(string name)
    {
        var benchmark = copies.Read(name, Copies.Data);

        Assert.Equal(name, benchmark.Name);
        var files = Directory.GetFiles(Golden.PathOf("evaluation", "answers"), $"{AnswerFiles[name]}.jsonl", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var answers in files.Select(AnswersIn))
        {
            // The official ScienceQA script writes the image's tag into its answer file, and shows the model none of it.
            Assert.Equal(
                answers.Select(answer => answer.Prompt),
                benchmark.Items.Select(item => name == "ScienceQA" && item.Image is not null ? $"<image>\n{item.Prompt}" : item.Prompt)
            );
            // TextVQA's official ids name images, several times.
            if (name != "TextVQA")
            {
                Assert.Equal(
                    answers.Select(answer => answer.Id),
                    benchmark.Items.Select(item => item.Id.Replace($"{name}/", "").Replace("v1_", ""))
                );
            }
        }
    }

    [GoldenTheory("evaluation")]
    [MemberData(nameof(InOtherLayouts))]
    public void Every_layout_gives_the_same_questions_images_and_graders(string name, string layout)
    {
        var official = copies.Read(name, Copies.Data);

        var other = Find(name, layout).Read(copies.Pictures);

        // VLMEvalKit has only ScienceQA's questions with an image, and TextVQA without OCR tokens.
        var expected =
            name == "ScienceQA" && layout == "tsv" ? official with { Items = [.. official.Items.Where(item => item.Image is not null)] }
            : name == "TextVQA" && layout == "tsv" ? official with { Items = [.. official.Items.Select(WithoutTokens)] }
            : official;
        Assert.Equal(Copies.Contents(expected), Copies.Contents(other));
        Assert.Equal(expected.Items.Select(item => item.Category), other.Items.Select(item => item.Category));
        if (name is not ("ScienceQA" or "TextVQA"))
        {
            Assert.Equal(expected.Items.Select(item => (item.Id, item.Group)), other.Items.Select(item => (item.Id, item.Group)));
            Assert.Equal(
                expected.Items.Select(item => string.Join(',', item.Tags)),
                other.Items.Select(item => string.Join(',', item.Tags))
            );
        }
    }

    [GoldenFact("evaluation")]
    public void Seven_of_the_eight_are_in_Parquet_and_six_in_TSV()
    {
        Assert.Equal(
            AllBenchmarks.Sources.Select(source => source.Name).Except(["MMHal-Bench"]).Order(),
            InOtherLayouts.Where(row => (string)row[1] == "hub").Select(row => (string)row[0]).Order()
        );
        Assert.Equal(
            AllBenchmarks.Sources.Select(source => source.Name).Except(["MMHal-Bench", "RealWorldQA"]).Order(),
            InOtherLayouts.Where(row => (string)row[1] == "tsv").Select(row => (string)row[0]).Order()
        );
    }

    [GoldenFact("evaluation")]
    public void MM_Vet_is_read_from_its_official_zip_file()
    {
        copies.With(Path.Combine(Copies.Zip, "mm-vet.zip"), "mm-vet.zip");

        Assert.Equal(Copies.Contents(copies.Read("MM-Vet", Copies.Data)), Copies.Contents(copies.Read("MM-Vet")));
    }

    [GoldenFact("evaluation")]
    public void TextVQA_takes_its_images_from_the_official_zip_file_as_it_is()
    {
        copies
            .With(Path.Combine(Copies.Data, "textvqa", "TextVQA_0.5.1_val.json"), "textvqa", "TextVQA_0.5.1_val.json")
            .With(Path.Combine(Copies.Data, "textvqa", "llava_textvqa_val_v051_ocr.jsonl"), "textvqa", "llava_textvqa_val_v051_ocr.jsonl")
            .With(Path.Combine(Copies.Zip, "train_val_images.zip"), "textvqa", "train_val_images.zip");

        Assert.Equal(Copies.Contents(copies.Read("TextVQA", Copies.Data)), Copies.Contents(copies.Read("TextVQA")));
    }

    [GoldenTheory("evaluation")]
    [InlineData("MMVP")]
    [InlineData("CV-Bench")]
    [InlineData("MMHal-Bench")]
    [InlineData("LLaVA-Bench")]
    [InlineData("ScienceQA")]
    public void The_official_folder_may_be_one_zip_file(string name)
    {
        Directory.CreateDirectory(copies.Root);
        System.IO.Compression.ZipFile.CreateFromDirectory(Copies.Data, copies.At("eval.zip"));

        Assert.Equal(Copies.Contents(copies.Read(name, Copies.Data)), Copies.Contents(copies.Read(name)));
    }

    [GoldenTheory("evaluation")]
    [InlineData("MMVP", "datasets--lmms-lab-eval--MMVP", "MMVP")]
    [InlineData("CV-Bench", "datasets--nyu-visionx--CV-Bench", "CV-Bench")]
    [InlineData("ScienceQA", "datasets--lmms-lab--ScienceQA", "ScienceQA")]
    public void Repositories_are_found_in_the_hubs_cache_where_files_are_links_to_blobs(string name, string cached, string repository)
    {
        var snapshot = Cache(Path.Combine(Copies.Hub, repository), cached, "0123abcd");

        var finding = copies.Find(name);

        Assert.StartsWith(snapshot, finding.Found!.Folder, StringComparison.Ordinal);
        Assert.Equal(Copies.Contents(Copies.Find(name, Copies.Hub).Read(copies.Pictures)), Copies.Contents(finding.Read(copies.Pictures)));
    }

    [GoldenFact("evaluation")]
    public void Official_files_are_found_in_the_hubs_cache_too()
    {
        Cache(Path.Combine(Copies.Data, "llava-bench-in-the-wild"), "datasets--liuhaotian--llava-bench-in-the-wild", "0123abcd");

        Assert.Equal(Copies.Contents(copies.Read("LLaVA-Bench", Copies.Data)), Copies.Contents(copies.Read("LLaVA-Bench")));
    }

    [GoldenFact("evaluation")]
    public void Of_several_commits_in_the_hubs_cache_the_one_that_it_calls_main_is_read()
    {
        foreach (var commit in new[] { "aaaa", "bbbb", "cccc" })
        {
            Cache(Path.Combine(Copies.Hub, "MMVP"), "datasets--lmms-lab-eval--MMVP", commit);
        }

        Directory.CreateDirectory(copies.At("hub", "datasets--lmms-lab-eval--MMVP", "refs"));
        File.WriteAllText(copies.At("hub", "datasets--lmms-lab-eval--MMVP", "refs", "main"), "bbbb");

        var finding = copies.Find("MMVP");

        Assert.Contains("bbbb", finding.Found!.Folder);
        Assert.Empty(finding.Others);
    }

    [GoldenFact("evaluation")]
    public void Of_several_copies_one_is_read_and_the_others_are_told()
    {
        foreach (var finding in AllBenchmarks.Find(Golden.PathOf("evaluation")))
        {
            Assert.Equal("official files", finding.Found!.Layout);
            Assert.All(finding.Others, other => Assert.Contains(finding.Warnings, warning => warning.Contains(other.Folder)));
            Assert.Equal(Copies.Contents(copies.Read(finding.Source.Name, Copies.Data)), Copies.Contents(finding.Read(copies.Pictures)));
        }
    }

    [GoldenFact("evaluation")]
    public void A_link_that_leads_back_is_not_followed()
    {
        copies.With(Path.Combine(Copies.Hub, "MMVP"), "MMVP");
        Directory.CreateSymbolicLink(copies.At("MMVP", "back"), copies.Root);

        Assert.Empty(copies.Find("MMVP").Others);
    }

    [GoldenFact("evaluation")]
    public void A_copy_without_a_fault_is_preferred_to_one_that_lacks_its_images()
    {
        copies
            .With(Path.Combine(Copies.Data, "MMVP", "Questions.csv"), "MMVP", "Questions.csv")
            .With(Path.Combine(Copies.Hub, "MMVP"), "parquet", "MMVP");

        var finding = copies.Find("MMVP");

        Assert.Equal("hub Parquet", finding.Found!.Layout);
        Assert.Contains(
            finding.Warnings,
            warning => warning.Contains("also there, not read: official files") && warning.Contains("images are missing")
        );
    }

    [GoldenFact("evaluation")]
    public void Looking_unpacks_nothing_and_reading_again_writes_nothing()
    {
        Copies.Find("MMVP", Copies.Hub);
        Assert.False(Directory.Exists(copies.At("..", "pictures")));

        Copies.Find("MMVP", Copies.Hub).Read(copies.Pictures);
        var files = Directory.GetFiles(copies.At("..", "pictures"), "*", SearchOption.AllDirectories);
        var written = files.Select(File.GetLastWriteTimeUtc).Max();
        Assert.Equal(Directory.GetFiles(Path.Combine(Copies.Data, "MMVP", "MMVP Images")).Length, files.Length);

        Copies.Find("MMVP", Copies.Hub).Read(copies.Pictures);
        Assert.Equal(
            written,
            Directory.GetFiles(copies.At("..", "pictures"), "*", SearchOption.AllDirectories).Select(File.GetLastWriteTimeUtc).Max()
        );
    }

    [Fact]
    public void What_is_missing_is_said_with_what_to_fetch_and_where_to_put_it()
    {
        Directory.CreateDirectory(copies.Root);

        foreach (var finding in AllBenchmarks.Find(copies.Root))
        {
            Assert.Null(finding.Found);
            Assert.StartsWith($"{finding.Source.Name}: missing below {copies.Root}.", $"{finding}", StringComparison.Ordinal);
            Assert.All(finding.ToFetch, line => Assert.Contains(copies.Root, line));
            Assert.Contains(finding.ToFetch, line => line.Contains("https://"));
            var error = Assert.Throws<UserException>(() => finding.Read(copies.Pictures));
            Assert.All(finding.ToFetch, line => Assert.Contains(line, error.Message));
        }
    }

    [GoldenFact("evaluation")]
    public void No_two_benchmarks_have_an_id_in_common()
    {
        string[] ids =
        [
            .. AllBenchmarks.Find(Copies.Data).SelectMany(finding => finding.Read(copies.Pictures).Items).Select(item => item.Id),
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void A_folder_that_is_not_there_and_a_name_that_no_benchmark_has_are_told()
    {
        Assert.Contains("is no folder", Assert.Throws<UserException>(() => AllBenchmarks.Find(copies.At("none"))).Message);
        Assert.Contains("MM-Vet", Assert.Throws<UserException>(() => AllBenchmarks.Named("MMMU")).Message);
    }

    static BenchmarkFinding Find(string name, string layout) => Copies.Find(name, layout == "hub" ? Copies.Hub : Copies.Tsv);

    static Item WithoutTokens(Item item) =>
        item with
        {
            Prompt = string.Join(
                '\n',
                item.Prompt.Split('\n').Where(line => !line.StartsWith("Reference OCR token:", StringComparison.Ordinal))
            ),
        };

    static (string Id, string Prompt)[] AnswersIn(string path) =>
        [
            .. File.ReadLines(path)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .Select(answer => ($"{answer.GetProperty("question_id")}", answer.GetProperty("prompt").GetString()!)),
        ];

    /// <summary>Puts a repository's copy into a cache as huggingface_hub does.</summary>
    string Cache(string repository, string cached, string commit)
    {
        var snapshot = copies.At("hub", cached, "snapshots", commit);
        foreach (var file in Directory.GetFiles(repository, "*", SearchOption.AllDirectories))
        {
            var link = Path.Combine(snapshot, Path.GetRelativePath(repository, file));
            var blob = copies.At("hub", cached, "blobs", $"{Guid.NewGuid():N}");
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
            File.Copy(file, blob);
            File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, blob));
        }

        return snapshot;
    }
}
