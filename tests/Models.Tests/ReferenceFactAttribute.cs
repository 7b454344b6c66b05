namespace SVco.Models.Tests;

/// <summary>
/// A fact that needs a Python with torch, transformers and peft: the environment variable SVCO_REFERENCE_PYTHON names its executable.
/// Without it the test is skipped by name.
/// </summary>
public sealed class ReferenceFactAttribute : FactAttribute
{
    public ReferenceFactAttribute() => Skip = Python is null ? "SVCO_REFERENCE_PYTHON names no Python with transformers." : null;

    public static string? Python => Environment.GetEnvironmentVariable("SVCO_REFERENCE_PYTHON") is { Length: > 0 } python ? python : null;
}
