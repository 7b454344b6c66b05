using SVco.Tests;

namespace SVco.Files.Tests;

/// <summary>The files that Linux shows, written into a folder.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    const long Kibi = 1024;
    readonly TemporaryFolder _root = new();

    public MachineMemoryTests() => Put("proc/meminfo", "MemTotal:       1000 kB\nMemFree:  100 kB\nMemAvailable:    800 kB\n");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Without_a_limit_the_machine_counts()
    {
        Put("proc/self/cgroup", "4:memory:/\n0::/\n");
        Put("sys/fs/cgroup/memory.max", "max\n");
        Put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        AssertMemory(1000 * Kibi, 800 * Kibi);
    }

    [Fact]
    public void The_innermost_group_is_limited_by_those_around_it()
    {
        Put("proc/self/cgroup", "0::/slurm/job\n");
        Put("sys/fs/cgroup/slurm/memory.max", $"{500 * Kibi}\n");
        Put("sys/fs/cgroup/slurm/memory.current", $"{450 * Kibi}\n");
        Put("sys/fs/cgroup/slurm/memory.stat", $"anon 1\ninactive_file {150 * Kibi}\nactive_file 2\n");
        Put("sys/fs/cgroup/slurm/job/memory.max", "max\n");
        Put("sys/fs/cgroup/slurm/job/memory.current", "7\n");
        AssertMemory(500 * Kibi, 200 * Kibi);
    }

    [Fact]
    public void A_container_of_the_first_version_sees_its_own_group_as_the_outermost()
    {
        Put("proc/self/cgroup", "5:cpu:/docker/0123\n4:hugetlb,memory:/docker/0123\n");
        Put("sys/fs/cgroup/memory/memory.limit_in_bytes", $"{300 * Kibi}\n");
        Put("sys/fs/cgroup/memory/memory.usage_in_bytes", $"{100 * Kibi}\n");
        AssertMemory(300 * Kibi, 200 * Kibi);
    }

    [Fact]
    public void A_machine_that_shows_no_such_files_is_asked_otherwise()
    {
        var memory = new MachineMemory(_root.At("elsewhere"));
        Assert.True(memory.Free > 0);
        Assert.Equal(memory.Installed, memory.Free);
    }

    void AssertMemory(long installed, long free)
    {
        var memory = new MachineMemory(_root.At());
        Assert.Equal((installed, free), (memory.Installed, memory.Free));
    }

    void Put(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.At(name))!);
        File.WriteAllText(_root.At(name), text);
    }
}
