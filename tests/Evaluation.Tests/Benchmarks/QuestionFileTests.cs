using System.IO.Compression;
using System.Text;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>
/// golden/benchmarks: the official question files themselves, with their numbers as its README has them. They are not in this repository, whose
/// licence they do not have; SVCO_GOLDEN names a folder with them. Their images are not needed to read them.
/// </summary>
public sealed class QuestionFileTests : IDisposable
{
    readonly Copies copies = new();

    public void Dispose() => copies.Dispose();

    [GoldenFileFact("benchmarks", "mmvp_questions.csv")]
    public void MMVP_has_150_pairs_and_four_labels_that_are_exchanged()
    {
        Put("mmvp_questions.csv", "MMVP", "Questions.csv");
        Draw(Enumerable.Range(1, 300).Select(number => $"MMVP/MMVP Images/{number}.jpg"));

        var benchmark = ReadWhole("MMVP", "exchanged");

        Assert.Equal(150, benchmark.Items.CountBy(item => item.Group).Count(pair => pair.Value == 2));
        var graders = benchmark.Items.Select(item => (LabelGrader)((ItemTask.Write)item.Task).Grader).ToArray();
        Assert.Equal(150, graders.Count(grader => grader.Label == "(a)"));
        Assert.Equal(4, graders.Count(grader => grader.Label != grader.CorrectedLabel));
    }

    [GoldenFileFact("benchmarks", "cvbench_test.jsonl.gz")]
    public void CV_Bench_has_its_sources_and_tasks()
    {
        var lines = Put("cvbench_test.jsonl.gz", "cvbench", "cvbench_test.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Draw(lines.Select(line => $"cvbench/img/{Field(line, "image")}"));

        var benchmark = ReadWhole("CV-Bench");

        Assert.Equal(
            [
                ("2D/ADE20K Count", 342),
                ("2D/ADE20K Relation", 291),
                ("2D/COCO Count", 446),
                ("2D/COCO Relation", 359),
                ("3D/Omni3D Depth", 600),
                ("3D/Omni3D Distance", 600),
            ],
            benchmark.Items.CountBy(item => $"{item.Category} {item.Tags.Single()}").Select(one => (one.Key, one.Value)).Order()
        );
    }

    [GoldenFileFact("benchmarks", "llava_test_realworldqa.jsonl")]
    public void RealWorldQA_asks_for_438_letters_and_327_words()
    {
        var lines = Put("llava_test_realworldqa.jsonl", "realworldqa", "llava_test_realworldqa.jsonl")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Draw(lines.Select(line => $"realworldqa/images/{Field(line, "image")}"));

        var benchmark = ReadWhole("RealWorldQA");

        Assert.Equal(
            [("free questions", 327), ("letter questions", 438)],
            benchmark.Items.CountBy(item => item.Tags.Single()).Select(one => (one.Key, one.Value)).Order()
        );
    }

    [GoldenFileFact("benchmarks", "scienceqa_llava_test_CQM-A.json.gz")]
    public void ScienceQA_has_2017_questions_with_an_image_and_choices_in_its_texts()
    {
        var text = Put("scienceqa_llava_test_CQM-A.json.gz", "scienceqa", "llava_test_CQM-A.json");
        Put("scienceqa_pid_splits.json.gz", "scienceqa", "pid_splits.json");
        Draw(
            System
                .Text.Json.JsonDocument.Parse(text)
                .RootElement.EnumerateArray()
                .Where(entry => entry.TryGetProperty("image", out _))
                .Select(entry => $"scienceqa/images/test/{entry.GetProperty("image")}")
        );

        var benchmark = ReadWhole("ScienceQA", "problems.json");

        Assert.Equal(2017, benchmark.Items.Count(item => item.Tags.Contains(PaperMetrics.WithImage) && item.Image is not null));
        Assert.All(benchmark.Items, item => Assert.InRange(((ScienceQaGrader)((ItemTask.Write)item.Task).Grader).Choices.Length, 2, 5));
    }

    [GoldenFileFact("benchmarks", "llava_textvqa_val_v051_ocr.jsonl.gz")]
    public void TextVQA_has_ten_answers_to_each_of_5000_questions()
    {
        var lines = Put("llava_textvqa_val_v051_ocr.jsonl.gz", "textvqa", "llava_textvqa_val_v051_ocr.jsonl")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Put("TextVQA_0.5.1_val_trimmed.json.gz", "textvqa", "TextVQA_0.5.1_val.json");
        Draw(lines.Select(line => $"textvqa/train_images/{Field(line, "image")}"));

        var benchmark = ReadWhole("TextVQA");

        Assert.Equal(3166, benchmark.Items.Select(item => item.Image).Distinct().Count());
        Assert.All(benchmark.Items, item => Assert.Equal(10, ((TextVqaGrader)((ItemTask.Write)item.Task).Grader).Answers.Length));
    }

    [GoldenFileFact("benchmarks", "llava-mm-vet.jsonl")]
    public void MM_Vet_has_six_capabilities_in_sixteen_sets()
    {
        Put("llava-mm-vet.jsonl", "mm-vet", "llava-mm-vet.jsonl");
        var text = Put("mm-vet.json", "mm-vet", "mm-vet.json");
        Draw(
            System
                .Text.Json.JsonDocument.Parse(text)
                .RootElement.EnumerateObject()
                .Select(entry => $"mm-vet/images/{entry.Value.GetProperty("imagename")}")
        );

        var benchmark = ReadWhole("MM-Vet");

        Assert.Equal(
            [("gen", 80), ("know", 84), ("math", 26), ("ocr", 96), ("rec", 150), ("spat", 75)],
            benchmark.Items.SelectMany(item => item.Tags[..^1]).CountBy(tag => tag).Select(one => (one.Key, one.Value)).Order()
        );
        Assert.Equal(16, benchmark.Items.DistinctBy(item => item.Tags[^1]).Count());
    }

    [GoldenFileFact("benchmarks", "llavabench_questions.jsonl")]
    public void LLaVA_Bench_has_three_categories_on_24_images()
    {
        var lines = Put("llavabench_questions.jsonl", "llavabench", "questions.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Put("llavabench_context.jsonl", "llavabench", "context.jsonl");
        Put("llavabench_answers_gpt4.jsonl", "llavabench", "answers_gpt4.jsonl");
        Draw(lines.Select(line => $"llavabench/images/{Field(line, "image")}"));

        var benchmark = ReadWhole("LLaVA-Bench");

        Assert.Equal(
            [("complex", 28), ("conv", 17), ("detail", 15)],
            benchmark.Items.CountBy(item => item.Category).Select(one => (one.Key, one.Value)).Order()
        );
        Assert.Equal(24, benchmark.Items.Select(item => item.Image).Distinct().Count());
    }

    [GoldenFileFact("benchmarks", "mmhal-bench_answer_template.json")]
    public void MMHal_Bench_has_twelve_questions_of_each_of_eight_types()
    {
        var lines = Put("mmhal-bench_with_image_eval.jsonl", "RLHF-V", "eval", "data", "mmhal-bench_with_image_eval.jsonl")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Put("mmhal-bench_answer_template.json", "RLHF-V", "eval", "data", "mmhal-bench_answer_template.json");
        Draw(lines.Select(line => $"RLHF-V/images/mmhal/{Field(line, "image")}"));

        var benchmark = ReadWhole("MMHal-Bench");

        Assert.Equal(Enumerable.Repeat(12, 8), benchmark.Items.CountBy(item => item.Category).Select(one => one.Value));
    }

    Benchmark ReadWhole(string name, string? warned = null)
    {
        var finding = copies.Find(name);
        Assert.True(finding.IsUsable, $"{finding}");
        Assert.Equal(warned is null ? 0 : 1, finding.Warnings.Length);
        Assert.Contains(warned ?? "", string.Join('\n', finding.Warnings));
        var benchmark = finding.Read(copies.Pictures);
        Assert.Equal(finding.Source.Count, benchmark.Items.Length);
        return benchmark;
    }

    string Put(string file, params string[] place)
    {
        using var stream = File.OpenRead(Golden.PathOf("benchmarks", file));
        using var reader = new StreamReader(
            file.EndsWith(".gz") ? new GZipStream(stream, CompressionMode.Decompress) : stream,
            Encoding.UTF8
        );
        var text = reader.ReadToEnd();
        Directory.CreateDirectory(Path.GetDirectoryName(copies.At(place))!);
        File.WriteAllText(copies.At(place), text);
        return text;
    }

    /// <summary>Image files without content: reading the questions needs no more.</summary>
    void Draw(IEnumerable<string> images)
    {
        foreach (var image in images.Distinct())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(copies.At(image))!);
            File.WriteAllText(copies.At(image), "");
        }
    }

    static string Field(string line, string name) => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty(name).GetString()!;
}
