using System.Security.Cryptography;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks;
using SVco.Evaluation.Benchmarks.Layouts;
using SVco.Files;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>Copies of the eight benchmarks in golden/evaluation, in every layout, and folders put together from them.</summary>
sealed class Copies : IDisposable
{
    /// <summary>What the answer files, and the judge's recordings, call the benchmarks.</summary>
    internal static readonly Dictionary<string, string> AnswerFiles = new()
    {
        ["MMHal-Bench"] = "mmhal",
        ["CV-Bench"] = "cvbench",
        ["MMVP"] = "MMVP",
        ["RealWorldQA"] = "realworldqa",
        ["MM-Vet"] = "mmvet",
        ["LLaVA-Bench"] = "llavabench",
        ["TextVQA"] = "textvqa",
        ["ScienceQA"] = "scienceqa",
    };

    readonly TemporaryFolder folder = new();

    public static string Data => Golden.PathOf("evaluation", "data");

    public static string Hub => Golden.PathOf("evaluation", "layouts", "hub");

    public static string Tsv => Golden.PathOf("evaluation", "layouts", "vlmevalkit");

    public static string Zip => Golden.PathOf("evaluation", "layouts", "zip");

    /// <summary>A root of benchmarks that is put together from parts.</summary>
    public string Root => folder.At("root");

    public PictureCache Pictures => new(folder.At("pictures"));

    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Copies a file or a folder to a place below the root.</summary>
    public Copies With(string from, params string[] to)
    {
        foreach (var file in Directory.Exists(from) ? Directory.GetFiles(from, "*", SearchOption.AllDirectories) : [from])
        {
            var place = Directory.Exists(from) ? Path.Combine(At(to), Path.GetRelativePath(from, file)) : At(to);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file, place, overwrite: true);
        }

        return this;
    }

    /// <summary>Changes the text of a file below the root.</summary>
    public Copies Edit(Func<string, string> edit, params string[] place)
    {
        var before = File.ReadAllText(At(place));
        var after = edit(before);
        Assert.NotEqual(before, after);
        File.WriteAllText(At(place), after);
        return this;
    }

    public BenchmarkFinding Find(string name, Behaviour behaviour = Behaviour.Official) => Find(name, Root, behaviour);

    public static BenchmarkFinding Find(string name, string root, Behaviour behaviour = Behaviour.Official) =>
        AllBenchmarks.Named(name).Find(root, new(behaviour));

    public Benchmark Read(string name, string? root = null, Behaviour behaviour = Behaviour.Official) =>
        Find(name, root ?? Root, behaviour).Read(Pictures);

    /// <summary>What is asked and what is right: prompt, content of the image, and grader.</summary>
    public static string[] Contents(Benchmark benchmark) =>
        [.. benchmark.Items.Select(item => $"{item.Prompt}\n{HashOf(item.Image)}\n{GraderOf(item)}")];

    public static string HashOf(ImageSource? image) =>
        image is null ? "no image" : Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(((ImageSource.File)image).Path)));

    public static string GraderOf(Item item)
    {
        var grader = ((ItemTask.Write)item.Task).Grader;
        return $"{grader.GetType().Name} {JsonSerializer.Serialize<object>(grader, JsonLines.Options)}";
    }

    public void Dispose() => folder.Dispose();
}
