using SVco.Core;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>Whatever bytes a file has, it is read, or a person hears in words why not.</summary>
public sealed class BrokenBytesTests
{
    const int Tries = 40;

    public static TheoryData<string, string> Files =>
        new()
        {
            { "MMVP", "data/MMVP/Questions.csv" },
            { "CV-Bench", "data/cvbench/cvbench_test.jsonl" },
            { "ScienceQA", "data/scienceqa/problems.json" },
            { "ScienceQA", "data/scienceqa/llava_test_CQM-A.json" },
            { "TextVQA", "data/textvqa/TextVQA_0.5.1_val.json" },
            { "MM-Vet", "data/mm-vet/mm-vet.json" },
            { "LLaVA-Bench", "data/llava-bench-in-the-wild/context.jsonl" },
            { "MMHal-Bench", "data/halbench/RLHF-V/eval/data/mmhal-bench_answer_template.json" },
            { "MMVP", "layouts/hub/MMVP/data/train-00000-of-00001.parquet" },
            { "TextVQA", "layouts/hub/textvqa/data/validation-00000-of-00001.parquet" },
            { "MM-Vet", "layouts/vlmevalkit/MMVet.tsv" },
            { "MM-Vet", "layouts/zip/mm-vet.zip" },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_file_is_read_or_refused_in_words(string name, string file)
    {
        using var copies = new Copies();
        var golden = Path.Combine(Golden.RepositoryRoot, "tests", "golden", "evaluation");
        // What belongs to a benchmark lies in the folder below "data", "hub", and so on.
        var parts = file.Split('/');
        var home = string.Join('/', parts[..^1].Take(parts[0] == "data" ? 2 : 3));
        copies.With(Path.Combine(golden, home), home);
        var bytes = File.ReadAllBytes(copies.At(file));
        var (read, refused) = (0, 0);
        foreach (var seed in Enumerable.Range(0, Tries))
        {
            File.WriteAllBytes(copies.At(file), Damaged(bytes, new SplitMix64(SplitMix64.Derive((ulong)seed, file))));
            try
            {
                copies.Find(name).Read(copies.Pictures);
                read++;
            }
            catch (UserException error)
            {
                Assert.NotEmpty(error.Message);
                refused++;
            }
        }

        Assert.Equal(Tries, read + refused);
        Assert.NotEqual(0, refused);
    }

    /// <summary>A byte changed, some left out, or the end cut off.</summary>
    static byte[] Damaged(byte[] bytes, SplitMix64 random)
    {
        var at = random.Below(bytes.Length);
        return random.Below(3) switch
        {
            0 => [.. bytes[..at], (byte)random.Below(256), .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + random.Below(20))..]],
            _ => bytes[..at],
        };
    }
}
