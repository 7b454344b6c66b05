using SVco.Evaluation.Benchmarks;

namespace SVco.Experiments;

/// <summary>The paper's benchmarks by the names that scripts call them.</summary>
public static class PaperBenchmarks
{
    /// <summary>MMHal-Bench: hallucination.</summary>
    public static BenchmarkSource MmHal { get; } = AllBenchmarks.Named("MMHal-Bench");

    /// <summary>CV-Bench: counting, relations, depth, distance.</summary>
    public static BenchmarkSource CvBench { get; } = AllBenchmarks.Named("CV-Bench");

    /// <summary>MMVP: pairs of images that look alike to CLIP.</summary>
    public static BenchmarkSource Mmvp { get; } = AllBenchmarks.Named("MMVP");

    /// <summary>RealWorldQA: scenes of everyday life.</summary>
    public static BenchmarkSource RealWorldQa { get; } = AllBenchmarks.Named("RealWorldQA");

    /// <summary>MM-Vet: several abilities at once.</summary>
    public static BenchmarkSource MmVet { get; } = AllBenchmarks.Named("MM-Vet");

    /// <summary>LLaVA-Bench (in the wild): free conversation.</summary>
    public static BenchmarkSource LlavaBench { get; } = AllBenchmarks.Named("LLaVA-Bench");

    /// <summary>TextVQA: reading.</summary>
    public static BenchmarkSource TextVqa { get; } = AllBenchmarks.Named("TextVQA");

    /// <summary>ScienceQA: knowledge, the questions with an image.</summary>
    public static BenchmarkSource ScienceQa { get; } = AllBenchmarks.Named("ScienceQA");
}
