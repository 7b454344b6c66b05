namespace SVco.Scripting.Experiments;

/// <summary>The memory of the machine, or of the control group (container) the process is in.</summary>
static class MachineMemory
{
    const string Field = "MemAvailable:";

    /// <summary>Bytes that the process may have at all.</summary>
    public static long Installed => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes that nothing else uses now; where the system does not say (it does on Linux), all.</summary>
    public static long Free =>
        File.Exists("/proc/meminfo")
        && File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line
            ? long.Parse(line[Field.Length..].Trim().Split(' ')[0]) * 1024
            : Installed;
}
