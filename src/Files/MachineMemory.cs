namespace SVco.Files;

/// <summary>The memory of the machine, or of the control groups (container, batch system) that the process is in.</summary>
/// <param name="root">The root of the file system, which on Linux says it all.</param>
public sealed class MachineMemory(string root = "/")
{
    /// <summary>Bytes that the process may have at all.</summary>
    public long Installed => Math.Min(Machine("MemTotal:"), Groups.Select(group => group.Limit).DefaultIfEmpty(long.MaxValue).Min());

    /// <summary>Bytes that nothing else uses now; where the system does not say (it does on Linux), all.</summary>
    public long Free =>
        Math.Min(
            Machine("MemAvailable:"),
            Groups.Select(group => Math.Max(0, group.Limit - group.Used)).DefaultIfEmpty(long.MaxValue).Min()
        );

    /// <summary>
    /// What limits each control group around this process, and what it uses; of version 2 (memory.max) or 1 (memory.limit_in_bytes). Cached
    /// files leave when memory is wanted, so they do not count as used. The runtime's own number is no help: it is three quarters of the limit.
    /// </summary>
    IEnumerable<(long Limit, long Used)> Groups =>
        from line in Lines("proc/self/cgroup")
        let parts = line.Split(':', 3)
        where parts.Length == 3 && (parts[1].Length == 0 || parts[1].Split(',').Contains("memory"))
        let version = parts[1].Length == 0
            ? ("sys/fs/cgroup", "memory.max", "memory.current")
            : ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
        from folder in Upwards(version.Item1, parts[2])
        let limit = Number(folder, version.Item2)
        where limit is not null
        select (limit.Value, (Number(folder, version.Item3) ?? 0) - CachedFiles(folder));

    /// <summary>The folder of a group and those around it; in a container the outermost is often the only one that is there.</summary>
    static IEnumerable<string> Upwards(string mount, string group)
    {
        for (var path = group.Trim('/'); path.Length > 0; path = Path.GetDirectoryName(path) ?? "")
        {
            yield return Path.Combine(mount, path);
        }

        yield return mount;
    }

    long CachedFiles(string folder) => Field(Path.Combine(folder, "memory.stat"), "inactive_file ") ?? 0;

    /// <summary>A field of /proc/meminfo, in bytes; where there is none, what the runtime knows.</summary>
    long Machine(string name) => Field("proc/meminfo", name) * 1024 ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    long? Field(string file, string name) =>
        Lines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? long.Parse(line[name.Length..].Trim().Split(' ')[0])
            : null;

    // "max" is no limit.
    long? Number(string folder, string file) =>
        long.TryParse(Lines(Path.Combine(folder, file)).FirstOrDefault(), out var number) ? number : null;

    IEnumerable<string> Lines(string file) => File.Exists(Path.Combine(root, file)) ? File.ReadLines(Path.Combine(root, file)) : [];
}
