using System.Text.Json.Serialization;
using Parquet.Serialization;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>
/// What is wrong with a person's files is told, all of it, and never passed over. The files that are damaged here are the committed ones,
/// whatever recordings SVCO_GOLDEN names.
/// </summary>
public sealed class DamageTests : IDisposable
{
    static class Committed
    {
        public static string Data => At("data");

        public static string Hub => At("layouts", "hub");

        public static string Tsv => At("layouts", "vlmevalkit");

        public static string Zip => At("layouts", "zip");

        static string At(params string[] parts) => Path.Combine([Golden.RepositoryRoot, "tests", "golden", "evaluation", .. parts]);
    }

    readonly Copies copies = new();

    public void Dispose() => copies.Dispose();

    [Theory]
    [InlineData("MMVP", "MMVP/MMVP Images/3.jpg")]
    [InlineData("RealWorldQA", "realworldqa/images/2.webp")]
    [InlineData("MM-Vet", "mm-vet/images/v1_2.png")]
    [InlineData("LLaVA-Bench", "llava-bench-in-the-wild/images/002.jpg")]
    public void An_image_that_is_missing_is_named(string name, string image)
    {
        copies.With(Committed.Data);
        File.Delete(copies.At(image));

        Refused(name, "images are missing: ", image[image.IndexOf('/')..]);
    }

    [Theory]
    [InlineData("CV-Bench", "cvbench/img")]
    [InlineData("TextVQA", "textvqa/train_images")]
    [InlineData("ScienceQA", "scienceqa/images")]
    [InlineData("MMHal-Bench", "halbench/RLHF-V/images")]
    public void Where_all_images_are_missing_their_number_is_told_and_where_they_were_looked_for(string name, string folder)
    {
        copies.With(Committed.Data);
        var whole = copies.Find(name).Found!;
        Directory.Delete(copies.At(folder), recursive: true);

        var finding = Refused(name, "images are missing: ", " more");

        Assert.Equal(whole.Items, finding.Found!.Items);
    }

    [Theory]
    [InlineData("MMVP", "MMVP/Questions.csv")]
    [InlineData("RealWorldQA", "realworldqa/llava_test_realworldqa.jsonl")]
    [InlineData("CV-Bench", "cvbench/cvbench_test.jsonl")]
    public void Another_number_of_items_than_the_official_one_is_told_though_they_can_be_used(string name, string file)
    {
        copies.With(Committed.Data);
        copies.Edit(text => string.Concat(text.TrimEnd('\n').Split('\n').SkipLast(2).Select(line => line + "\n")), file);

        var finding = copies.Find(name);

        Assert.True(finding.IsUsable, $"{finding}");
        Assert.Contains(finding.Warnings, warning => warning.StartsWith($"{finding.Found!.Items} items instead of {finding.Source.Count}"));
        Assert.Equal(finding.Found!.Items, finding.Read(copies.Pictures).Items.Length);
    }

    [Theory]
    [InlineData("CV-Bench", "cvbench/cvbench_test.jsonl", "\"idx\": 1,", "\"idx\": 0,")]
    [InlineData("RealWorldQA", "realworldqa/llava_test_realworldqa.jsonl", "\"question_id\": \"2\"", "\"question_id\": \"1\"")]
    [InlineData("LLaVA-Bench", "llava-bench-in-the-wild/questions.jsonl", "\"question_id\": 1}", "\"question_id\": 0}")]
    [InlineData("MMVP", "MMVP/Questions.csv", "\n2,", "\n1,")]
    public void Ids_that_are_there_twice_are_told(string name, string file, string text, string other)
    {
        copies.With(Committed.Data).Edit(before => before.Replace(text, other), file);

        Refused(name, "ids are there more than once: ", "(2 times)");
    }

    [Theory]
    [InlineData("MMVP", "MMVP/Questions.csv", "(b) Right,(a)", "(b) Right,(c)", "(c) of 2")]
    [InlineData("CV-Bench", "cvbench/cvbench_test.jsonl", "\"answer\": \"(C)\"", "\"answer\": \"(F)\"", "(F) of 4")]
    [InlineData("RealWorldQA", "realworldqa/llava_test_realworldqa.jsonl", "\"answer\": \"B\"", "\"answer\": \"E\"", "E of 3")]
    [InlineData("ScienceQA", "scienceqa/problems.json", "\"answer\": 1", "\"answer\": 5", "5 of 3")]
    public void An_answer_outside_the_options_is_told(string name, string file, string text, string other, string told)
    {
        copies.With(Committed.Data).Edit(before => before.Replace(text, other), file);

        Refused(name, "answer is outside the options: ", told);
    }

    [Fact]
    public void Rows_of_MMVP_that_are_no_pair_are_told()
    {
        copies.With(Committed.Data);
        copies.Edit(
            text =>
            {
                var lines = text.Split('\n');
                (lines[2], lines[3]) = (lines[3], lines[2]);
                return string.Join('\n', lines);
            },
            "MMVP",
            "Questions.csv"
        );

        Refused("MMVP", "two neighbouring rows are no pair", "rows 1 and 2");

        // Whoever goes by the Index column has the pairs and the pictures of the official file.
        var benchmark = copies.Read("MMVP", behaviour: Behaviour.Corrected);
        Assert.Equal(Copies.Contents(copies.Read("MMVP", Committed.Data)).Order(), Copies.Contents(benchmark).Order());
        Assert.All(benchmark.Items.GroupBy(item => item.Group), pair => Assert.Single(pair.DistinctBy(item => item.Prompt)));
        Assert.Contains(copies.Find("MMVP", Behaviour.Corrected).Warnings, warning => warning.Contains("go by the Index column"));
    }

    [Fact]
    public void The_four_labels_of_MMVP_that_are_exchanged_count_as_they_are_officially_and_as_they_should_be()
    {
        WriteOfficialMmvp(copies.At("MMVP"), number => number % 2 == 1 ? "(a)" : "(b)");

        var finding = copies.Find("MMVP");
        var graders = finding
            .Read(copies.Pictures)
            .Items.ToDictionary(item => item.Id["MMVP/".Length..], item => (LabelGrader)((ItemTask.Write)item.Task).Grader);

        var warning = Assert.Single(finding.Warnings);
        Assert.Contains("rows 99, 100, 279, 280 are exchanged; this copy has them as they are", warning);
        Assert.All(graders, one => Assert.Equal(one.Key is "99" or "100" or "279" or "280", one.Value.Label != one.Value.CorrectedLabel));
        Assert.Equal(("(a)", "(b)"), (graders["99"].Label, graders["99"].CorrectedLabel));
        Assert.Equal(("(b)", "(a)"), (graders["280"].Label, graders["280"].CorrectedLabel));
    }

    [Fact]
    public void A_copy_of_MMVP_with_corrected_labels_gives_the_same_graders()
    {
        WriteOfficialMmvp(copies.At("official", "MMVP"), number => number % 2 == 1 ? "(a)" : "(b)");
        WriteOfficialMmvp(
            copies.At("corrected", "MMVP"),
            number => (number is 99 or 100 or 279 or 280) == (number % 2 == 1) ? "(b)" : "(a)"
        );

        var finding = copies.Find("MMVP", Behaviour.Official) with { };
        var (official, corrected) = (Copies.Find("MMVP", copies.At("official")), Copies.Find("MMVP", copies.At("corrected")));

        Assert.NotNull(finding.Found);
        Assert.Contains(corrected.Warnings, warning => warning.Contains("this copy has them corrected"));
        Assert.Equal(
            official.Read(copies.Pictures).Items.Select(Copies.GraderOf),
            corrected.Read(copies.Pictures).Items.Select(Copies.GraderOf)
        );
    }

    [Theory]
    [InlineData("MMVP", "MMVP/Questions.csv", "Correct Answer", "Answer", "Correct Answer")]
    [InlineData("MMVP", "tsv/MMVP.tsv", "index\timage", "number\timage", "index")]
    public void Columns_that_are_missing_are_told_with_those_that_are_there(
        string name,
        string file,
        string column,
        string other,
        string missing
    )
    {
        copies.With(file.StartsWith("tsv") ? Committed.Tsv : Committed.Data, file.StartsWith("tsv") ? "tsv" : "");
        copies.Edit(text => text.Replace(column, other), file);

        Refused(name, "columns are missing: ", $"has no {missing}; it has ", other.Split('\t')[0]);
    }

    [Fact]
    public void A_Parquet_file_of_other_columns_is_told()
    {
        copies.With(
            Path.Combine(Committed.Hub, "MMVet", "data", "test-00000-of-00001.parquet"),
            "RealworldQA",
            "data",
            "test-00000-of-00001.parquet"
        );
        copies.With(Path.Combine(Committed.Hub, "MMVet", "data", "test-00000-of-00001.parquet"), "MMVP", "train-00000-of-00001.parquet");

        Assert.True(copies.Find("RealWorldQA").IsUsable);
        Refused("MMVP", "columns are missing: ", "has no Index, Question, Options, Correct Answer; it has question_id, ");
    }

    public sealed class MmvpRow
    {
        public long Index { get; set; }
        public string Question { get; set; } = "";
        public string Options { get; set; } = "(a) One (b) Two";

        [JsonPropertyName("Correct Answer")]
        public string CorrectAnswer { get; set; } = "(a)";
        public EmbeddedImage? image { get; set; }
    }

    public sealed class EmbeddedImage
    {
        public byte[]? bytes { get; set; }
        public string? path { get; set; }
    }

    [Fact]
    public async Task An_image_that_is_missing_inside_a_Parquet_file_is_told_when_it_is_read()
    {
        Directory.CreateDirectory(copies.At("MMVP"));
        await using (var stream = File.Create(copies.At("MMVP", "train-00000-of-00001.parquet")))
        {
            await ParquetSerializer.SerializeAsync(
                new[]
                {
                    new MmvpRow
                    {
                        Index = 1,
                        image = new() { bytes = [1, 2, 3], path = "1.jpg" },
                    },
                    new MmvpRow { Index = 2 },
                    new MmvpRow
                    {
                        Index = 3,
                        image = new() { path = "3.jpg" },
                    },
                    new MmvpRow
                    {
                        Index = 4,
                        image = new() { bytes = [4] },
                    },
                }.Select(row =>
                {
                    row.Question = $"Which is pair {(row.Index + 1) / 2}?";
                    return row;
                }),
                stream
            );
        }

        var finding = copies.Find("MMVP");

        Assert.Equal(4, finding.Found!.Items);
        var message = Assert.Throws<UserException>(() => finding.Read(copies.Pictures)).Message;
        Assert.Contains("images are missing: train-00000-of-00001.parquet, row 2; train-00000-of-00001.parquet, row 3", message);
    }

    [Fact]
    public void A_part_of_a_table_that_is_missing_is_told()
    {
        copies.With(Committed.Hub).With(Committed.Tsv, "tsv");
        File.Delete(copies.At("RealworldQA", "data", "test-00001-of-00002.parquet"));
        File.Delete(copies.At("CV-Bench", "test_3d.parquet"));
        File.Delete(copies.At("tsv", "CV-Bench-2D.tsv"));

        Refused("RealWorldQA", "files are missing: test-00001-of-00002.parquet in ");
        Refused("CV-Bench", "files are missing: test_3d.parquet in ");
        Assert.Contains(copies.Find("CV-Bench").Warnings, warning => warning.Contains("CV-Bench-2D.tsv in "));
    }

    [Theory]
    [InlineData("MMVP", "MMVP/data/train-00000-of-00001.parquet", "not a parquet file")]
    [InlineData("MM-Vet", "MMVet/data/test-00000-of-00001.parquet", "not a parquet file")]
    public void A_Parquet_file_that_is_cut_off_is_told(string name, string file, string told)
    {
        copies.With(Committed.Hub);
        using (var stream = File.OpenWrite(copies.At(file)))
        {
            stream.SetLength(stream.Length / 2);
        }

        Refused(name, told, file);
    }

    [Theory]
    [InlineData("LLaVA-Bench", "LLaVABench.tsv")]
    [InlineData("MM-Vet", "MMVet.tsv")]
    [InlineData("TextVQA", "TextVQA_VAL.tsv")]
    public void A_TSV_that_is_cut_off_inside_a_row_is_told(string name, string file)
    {
        copies.With(Committed.Tsv).Edit(text => text[..(text.LastIndexOf('\t') - 20)], file);

        Refused(name, "rows are damaged: ");
    }

    [Fact]
    public void An_image_of_a_TSV_that_is_no_base64_or_names_no_row_is_told()
    {
        copies.With(Committed.Tsv);
        copies.Edit(text => text.Replace("\n1\t0\t", "\n1\t99\t"), "MMVet.tsv");
        copies.Edit(text => text.Replace("\n0\t/9j/", "\n0\t!!!!"), "LLaVABench.tsv");

        Refused("MM-Vet", "image is neither base64 nor the index of a row that has one: ", "(99)");
        Refused("LLaVA-Bench", "image is no base64: ");
    }

    [Fact]
    public void A_row_of_a_TSV_may_refer_to_a_later_one()
    {
        copies.With(Committed.Tsv);
        var expected = Copies.Contents(copies.Read("MM-Vet"));
        copies.Edit(
            text =>
            {
                // The first two rows are on one image, which the first one has.
                var rows = text.Split("\n");
                var (first, second) = (rows[1].Split('\t'), rows[2].Split('\t'));
                (first[1], second[1]) = ("1", first[1]);
                return string.Join('\n', [rows[0], string.Join('\t', first), string.Join('\t', second), .. rows[3..]]);
            },
            "MMVet.tsv"
        );

        Assert.Equal(expected, Copies.Contents(copies.Read("MM-Vet")));
    }

    [Theory]
    [InlineData("LLaVA-Bench", "llava-bench-in-the-wild/answers_gpt4.jsonl", "files are missing: answers_gpt4.jsonl")]
    [InlineData("TextVQA", "textvqa/TextVQA_0.5.1_val.json", "files are missing: TextVQA_0.5.1_val.json")]
    public void A_file_that_belongs_to_it_and_is_missing_is_told(string name, string file, string told)
    {
        copies.With(Committed.Data);
        File.Delete(copies.At(file));

        Refused(name, told);
    }

    [Fact]
    public void Questions_and_answers_that_do_not_belong_together_are_told()
    {
        copies.With(Committed.Data);
        copies.Edit(text => text.Replace("\"v1_7\"", "\"v1_9\""), "mm-vet", "mm-vet.json");
        copies.Edit(text => text.Replace("what number is shown?", "what is shown?"), "textvqa", "TextVQA_0.5.1_val.json");
        copies.Edit(text => text.Replace("\"test\": [", "\"test\": [\"77\", "), "scienceqa", "pid_splits.json");
        copies.Edit(text => text.Replace("\"question_id\": 3,", "\"question_id\": 33,"), "llava-bench-in-the-wild", "answers_gpt4.jsonl");
        copies.Edit(
            text => string.Concat(text.TrimEnd('\n').Split('\n').Reverse().Select(line => line + "\n")),
            "halbench",
            "RLHF-V",
            "eval",
            "data",
            "mmhal-bench_with_image_eval.jsonl"
        );

        Refused("MM-Vet", "mm-vet.json has no such question: ", "v1_7", "questions are in mm-vet.json alone: v1_9");
        Refused("TextVQA", "TextVQA_0.5.1_val.json has no such question: ", "what number is shown?");
        Refused("ScienceQA", "questions of the test split are missing in llava_test_CQM-A.json: 77");
        Refused("LLaVA-Bench", "answers_gpt4.jsonl has no such question: ", "(3)");
        Refused("MMHal-Bench", "has another question in this place");
    }

    [Fact]
    public void What_is_wrong_in_a_second_file_is_told_with_its_place_there()
    {
        copies.With(Committed.Data);
        copies.Edit(
            text => text.Replace("\"caption\": \"A drawing of a blue", "\"captions\": \"A drawing of a blue"),
            "llava-bench-in-the-wild",
            "context.jsonl"
        );
        copies.Edit(text => text.Replace("\"capability\": [", "\"capability\": \"ocr\", \"other\": ["), "mm-vet", "mm-vet.json");
        copies.Edit(text => text.Replace("\"image_id\": \"974644f399e87a6f\"", "\"image_id\": null"), "textvqa", "TextVQA_0.5.1_val.json");

        Refused("LLaVA-Bench", "caption is missing or empty: context.jsonl, line 3");
        Refused("MM-Vet", "capability is no list: mm-vet.json, v1_0 (\"ocr\")");
        Refused("TextVQA", "image_id is missing or empty: TextVQA_0.5.1_val.json, entry 4");
    }

    [Fact]
    public void Broken_JSON_broken_text_and_broken_zip_files_are_told_with_their_place()
    {
        copies.With(Committed.Data).With(Path.Combine(Committed.Zip, "mm-vet.zip"), "other", "mm-vet.zip");
        copies.Edit(text => text.Replace("\"idx\": 3,", "\"idx\": 3"), "cvbench", "cvbench_test.jsonl");
        File.WriteAllBytes(copies.At("realworldqa", "llava_test_realworldqa.jsonl"), [.. "{\"question_id\": \"1"u8, 0xFF]);
        using (var stream = File.OpenWrite(copies.At("other", "mm-vet.zip")))
        {
            stream.SetLength(stream.Length / 2);
        }

        Refused("CV-Bench", "cvbench_test.jsonl, line 4 is not JSON");
        Refused("RealWorldQA", "is not UTF-8");
        Directory.Delete(copies.At("mm-vet"), recursive: true);
        var finding = copies.Find("MM-Vet");
        Assert.Null(finding.Found);
        Assert.Contains(finding.Warnings, warning => warning.Contains("mm-vet.zip is not a whole zip file"));
    }

    [Fact]
    public void An_image_path_that_leaves_the_folder_is_not_followed()
    {
        copies.With(Committed.Data);
        copies.Edit(
            text => text.Replace("\"image\": \"001.jpg\"", "\"image\": \"../../MMVP/MMVP Images/1.jpg\""),
            "llava-bench-in-the-wild",
            "questions.jsonl"
        );
        copies.Edit(
            text => text.Replace("\"image\": \"001.jpg\"", "\"image\": \"../../MMVP/MMVP Images/1.jpg\""),
            "llava-bench-in-the-wild",
            "context.jsonl"
        );

        Refused("LLaVA-Bench", "images lie outside ", "../../MMVP");
    }

    [Fact]
    public void A_literal_image_tag_in_a_question_stays_text()
    {
        copies.With(Committed.Data);
        copies.Edit(text => text.Replace("What is written above?", "What is <image> above?"), "mm-vet", "mm-vet.json");
        copies.Edit(text => text.Replace("What is written above?", "What is <image> above?"), "mm-vet", "llava-mm-vet.jsonl");
        copies.Edit(text => text.Replace("Which unit measures", "Which <image> measures"), "scienceqa", "llava_test_CQM-A.json");

        Assert.Contains(copies.Read("MM-Vet").Items, item => item.Prompt == "What is <image> above?");
        Assert.Contains(
            copies.Read("ScienceQA", behaviour: Behaviour.Corrected).Items,
            item => item.Prompt.StartsWith("Which <image> measures")
        );
        // The official ScienceQA script takes every tag out of the text.
        Assert.Contains(copies.Read("ScienceQA").Items, item => item.Prompt.StartsWith("Which  measures"));
    }

    [Fact]
    public void A_literal_image_tag_in_a_table_of_ScienceQA_is_put_as_in_the_official_files()
    {
        copies
            .With(Committed.Tsv)
            .Edit(text => text.Replace("What does the figure show?", "What does <image> show?"), "ScienceQA_TEST.tsv");

        Assert.Contains(
            copies.Read("ScienceQA", behaviour: Behaviour.Corrected).Items,
            item => item.Prompt.StartsWith("What does <image> show?")
        );
        Assert.Contains(copies.Read("ScienceQA").Items, item => item.Prompt.StartsWith("What does  show?"));
    }

    [Fact]
    public void Without_problems_json_the_choices_of_ScienceQA_are_those_of_the_text()
    {
        var whole = copies.With(Committed.Data).Read("ScienceQA");
        File.Delete(copies.At("scienceqa", "problems.json"));

        Assert.Equal(Copies.Contents(whole), Copies.Contents(copies.Read("ScienceQA")));
        Assert.Contains(copies.Find("ScienceQA").Warnings, warning => warning.Contains("there is no problems.json"));
    }

    BenchmarkFinding Refused(string name, params string[] told)
    {
        var finding = copies.Find(name);

        Assert.False(finding.IsUsable);
        var message = Assert.Throws<UserException>(() => finding.Read(copies.Pictures)).Message;
        Assert.All(told, text => Assert.Contains(text, message));
        Assert.All(finding.ToFetch, line => Assert.Contains(line, message));
        return finding;
    }

    /// <summary>300 rows of which four are those whose official labels are exchanged.</summary>
    static void WriteOfficialMmvp(string folder, Func<int, string> label)
    {
        Directory.CreateDirectory(Path.Combine(folder, "MMVP Images"));
        File.WriteAllLines(
            Path.Combine(folder, "Questions.csv"),
            [
                "Index,Question,Options,Correct Answer",
                .. Enumerable.Range(1, 300).Select(number => $"{number},{QuestionOf(number)},(a) One (b) Two,{label(number)}"),
            ]
        );
        foreach (var number in Enumerable.Range(1, 300))
        {
            File.WriteAllText(Path.Combine(folder, "MMVP Images", $"{number}.jpg"), "");
        }
    }

    static string QuestionOf(int number) =>
        number switch
        {
            99 or 100 => "Does the elephant have long or short tusks?",
            279 or 280 => "Is the elderly person standing or sitting in the picture?",
            _ => $"Which is pair {(number + 1) / 2}?",
        };
}
