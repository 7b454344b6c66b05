using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>The native bootstrap; that a test can use a tensor at all is its main proof.</summary>
public sealed class NativeLibrariesTests
{
    [Fact]
    public void Loading_again_from_many_threads_does_nothing()
    {
        Parallel.For(0, 16, _ => NativeLibraries.Load());
        using var two = ones(1) + 1;
        Assert.Equal(2, two.item<float>());
    }

    [Fact]
    public void The_mend_for_older_libstdcxx_changes_one_version_and_one_symbol()
    {
        // With a CUDA build or on another system the library is elsewhere or another one.
        var library = OperatingSystem.IsLinux() ? NativeLibraries.TorchSharpFile : null;
        if (!File.Exists(library))
        {
            return;
        }

        var before = File.ReadAllBytes(library);
        var after = LibStdCxxPatch.Apply(before);
        Assert.Equal(before.Length, after.Length);
        // Hash and name of the version (8 bytes at most) and the symbol's 28 letters.
        Assert.InRange(before.Zip(after).Count(pair => pair.First != pair.Second), 1, 36);
        Assert.True(after.AsSpan().IndexOf("\0_ZNSt8ios_base4InitC1Ev\0"u8) >= 0);
        Assert.Equal(before, File.ReadAllBytes(library));
        Assert.Throws<BadImageFormatException>(() => LibStdCxxPatch.Apply(after));
    }

    [Fact]
    public void What_is_no_such_library_is_refused()
    {
        Assert.Throws<BadImageFormatException>(() => LibStdCxxPatch.Apply("MZ no ELF file at all"u8));
        Assert.Throws<BadImageFormatException>(() => LibStdCxxPatch.Apply([0x7f, .. "ELF"u8, 2, 1, .. Enumerable.Repeat((byte)0xff, 200)]));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:99")]
    public void Devices_that_do_not_exist_are_refused(string name) =>
        Assert.Contains(name, Assert.Throws<SVco.Core.UserException>(() => Devices.Parse(name)).Message);

    [Fact]
    public void The_cpu_is_always_there() => Assert.Equal(TorchSharp.DeviceType.CPU, Devices.Parse("cpu").type);
}
