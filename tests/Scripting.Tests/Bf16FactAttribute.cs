namespace SVco.Scripting.Tests;

/// <summary>A test with large products of bf16, which take minutes on a processor that has none; skipped there.</summary>
public sealed class Bf16FactAttribute : FactAttribute
{
    public Bf16FactAttribute()
    {
        const string processor = "/proc/cpuinfo";
        if (
            !File.Exists(processor)
            || File.ReadAllText(processor) is var text && !text.Contains("avx512_bf16") && !text.Contains("amx_bf16")
        )
        {
            Skip = "This processor has no products of bf16.";
        }
    }
}
