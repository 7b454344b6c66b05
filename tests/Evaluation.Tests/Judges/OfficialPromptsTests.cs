using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;
using SVco.Evaluation.Judges;
using SVco.Evaluation.Tests.Benchmarks;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Judges;

/// <summary>The judges' prompts of a copy of the official repository; here of one with words of our own.</summary>
public sealed class OfficialPromptsTests : IDisposable
{
    const string Official = "SVCO_OFFICIAL";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    void Write(string end = "\n", string mmHal = "Is it so?\n{}\n{}\n{}\n{} {x}\n")
    {
        Put(
            "playground/data/eval/mm-vet/mm-vet_evaluator.py",
            "import os\n\nprompt = \"\"\"Mark {it}.\na | b\n\"\"\"\n\nx = (q\n + \"\\nA digit: \"\n)\n"
        );
        Put(
            "llava/eval/llavabench_gpt_review.py",
            """
            messages=[{
                'role': 'system',
                'content': 'Be fair.'
            }, {
            }]
            if True:
                    content = (f'[See]\n{cap_str}\n\n'
                               f'[Ask]\n{ques["text"]}\n\n'
                               f'[{role} 1]\n{ans1["text"]}\n\n[{role} 2]\n{ans2["text"]}\n\n'
                               f'{prompt}\n')
                    cur_js = {
            """
        );
        Put(
            "llava/eval/llavabench_gpt_review_rule.json",
            """{"llava_bench_conv": {"role": "Helper", "prompt": "Talk?"}, "llava_bench_detail": {"role": "Helper", "prompt": "All?"}, "llava_bench_complex": {"role": "Helper", "prompt": "Why?"}}"""
        );
        Put("playground/data/eval/halbench/RLHF-V/eval/eval_gpt_mmhal.py", $"template = '''{mmHal}'''\n");

        void Put(string name, string text)
        {
            var file = folder.At("eval_vlm", name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text.Replace("\n", end));
        }
    }

    JudgePrompts Read() => OfficialPrompts.Read(folder.At(), Sha256Of(folder.At()));

    /// <summary>The message that refuses them names it.</summary>
    static string Sha256Of(string repository) =>
        Assert.Throws<UserException>(() => OfficialPrompts.Read(repository)).Message.Split("SHA-256 is ")[1][..64];

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void A_copys_words_are_put_together_as_its_scripts_do(string end)
    {
        Write(end);
        var prompts = Read();
        Assert.Equal(OfficialPrompts.Name, prompts.Name);

        var mmVet = new MmVetJudge("What?", "a<AND>b", prompts);
        Assert.Equal("Mark {it}.\na | b\n\nWhat? | a <AND> b | I {question} | ", mmVet.Request("I {question}", 0)!.Messages.Single().Text);
        Assert.EndsWith("| c | \nA digit: ", mmVet.Request("c", 1)!.Messages.Single().Text);

        var llava = new LlavaBenchJudge("detail", "A cat.", "What?", "It.", prompts).Request("They.", 0)!.Messages;
        Assert.Equal(
            ["Be fair.", "[See]\nA cat.\n\n[Ask]\nWhat?\n\n[Helper 1]\nIt.\n\n[Helper 2]\nThey.\n\nAll?\n"],
            llava.Select(one => one.Text)
        );

        var mmHal = new MmHalJudge(["Cat", "Dog"], "What?", "It.", prompts).Request("They.", 0)!.Messages.Single().Text;
        Assert.Equal("Is it so?\nCat, Dog\nWhat?\nIt.\nThey. {x}\n", mmHal);
    }

    [Fact]
    public void Other_words_than_the_official_ones_are_refused()
    {
        Write();
        var sha256 = Sha256Of(folder.At());
        Write(mmHal: "Is it not so? {}{}{}{}");
        Assert.Contains("bc8f941", Assert.Throws<UserException>(() => OfficialPrompts.Read(folder.At(), sha256)).Message);
    }

    [Theory]
    [InlineData("playground/data/eval/mm-vet/mm-vet_evaluator.py")]
    [InlineData("llava/eval/llavabench_gpt_review.py")]
    [InlineData("llava/eval/llavabench_gpt_review_rule.json")]
    [InlineData("playground/data/eval/halbench/RLHF-V/eval/eval_gpt_mmhal.py")]
    public void A_file_that_is_not_there_or_is_another_is_named(string file)
    {
        Write();
        File.WriteAllText(folder.At("eval_vlm", file), "{}");
        Assert.Contains(Path.GetFileName(file), Assert.Throws<UserException>(() => OfficialPrompts.Read(folder.At())).Message);
        File.Delete(folder.At("eval_vlm", file));
        Assert.Contains(Path.GetFileName(file), Assert.Throws<UserException>(() => OfficialPrompts.Read(folder.At())).Message);
    }

    /// <summary>golden/evaluation/judge.json: role, length and SHA-256 of each message of the official scripts. Needs a copy of their repository.</summary>
    [OfficialFact]
    public void With_the_official_words_each_request_is_the_official_one()
    {
        using var copies = new Copies();
        var settings = new ReadSettings { Prompts = OfficialPrompts.Read(Environment.GetEnvironmentVariable(Official)!) };
        var compared = 0;
        foreach (var finding in AllBenchmarks.Find(Copies.Data, settings).Where(finding => finding.Source.Judge is not null))
        {
            var benchmark = finding.Read(copies.Pictures);
            var file = Copies.AnswerFiles[benchmark.Name];
            foreach (var run in Golden.Json(Golden.PathOf("evaluation", "judge.json")).EnumerateObject())
            {
                var answers = File.ReadLines(Golden.PathOf(["evaluation", "answers", .. run.Name.Split('/'), $"{file}.jsonl"]));
                foreach (var (item, answer, recorded) in benchmark.Items.Zip(answers, run.Value.GetProperty(file).EnumerateArray()))
                {
                    var judge = (Grader.Judge)((ItemTask.Write)item.Task).Grader;
                    foreach (var (attempt, request) in recorded.GetProperty("requests").EnumerateArray().Index())
                    {
                        Assert.Equal(
                            request.GetProperty("messages").EnumerateArray().Select(message => message[2].GetString()),
                            judge
                                .Request(JsonDocument.Parse(answer).RootElement.GetProperty("text").GetString()!, attempt)!
                                .Messages.Select(message => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message.Text))))
                        );
                        compared++;
                    }
                }
            }
        }

        Assert.InRange(compared, 192, int.MaxValue);
    }

    public sealed class OfficialFactAttribute : FactAttribute
    {
        public OfficialFactAttribute()
        {
            if (Environment.GetEnvironmentVariable(Official) is null || !Directory.Exists(Copies.Data))
            {
                Skip = $"{Official} names no copy of the official repository.";
            }
        }
    }
}
