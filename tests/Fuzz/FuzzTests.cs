using System.Globalization;
using SVco.Core;
using SVco.Core.Data;
using SVco.Tests;

namespace SVco.Fuzz.Tests;

/// <summary>
/// Whatever a file holds, its reader gives a value or one message for people. SVCO_FUZZ_INPUTS sets the inputs of each reader, SVCO_FUZZ_SEED
/// the seed, and SVCO_FUZZ_FOLDER where failing inputs are written.
/// </summary>
public sealed class FuzzTests
{
    const ulong UsualSeed = 2025;

    public static TheoryData<string> Names => [.. FuzzReaders.All.Select(reader => reader.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Takes_what_it_is_made_for(string name)
    {
        using var folder = new TemporaryFolder();
        var reader = FuzzReaders.All.Single(reader => reader.Name == name);
        var read = reader.Start(folder.At());
        foreach (var seed in reader.Seeds)
        {
            read(seed);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Throws_nothing_but_messages_for_people(string name)
    {
        using var folder = new TemporaryFolder();
        var reader = FuzzReaders.All.Single(reader => reader.Name == name);
        var seed = Setting("SVCO_FUZZ_SEED") ?? UsualSeed;
        var inputs = Setting("SVCO_FUZZ_INPUTS") ?? (ulong)reader.Inputs;
        var found = Environment.GetEnvironmentVariable("SVCO_FUZZ_FOLDER") is { Length: > 0 } given
            ? given
            : Path.Combine(Path.GetTempPath(), "svco-fuzz");
        Directory.CreateDirectory(found);

        // What overflows the stack or never returns leaves its number here.
        var now = Path.Combine(found, $"{name.Replace('/', '-')}.now");
        var read = reader.Start(folder.At());
        for (var number = 0UL; number < inputs; number++)
        {
            var input = Mutator.Mutated(reader.Seeds, new Random((int)SplitMix64.Derive(seed, $"{name} {number}")));
            File.WriteAllText(now, $"{name}: seed {seed}, input {number}");
            try
            {
                read(input);
            }
            catch (UserException) { }
            catch (Exception error)
            {
                var file = Path.Combine(found, $"{name.Replace('/', '-')}-{seed}-{number}.bin");
                File.WriteAllBytes(file, input);
                Assert.Fail($"{name}: seed {seed}, input {number}, written to {file}:\n{error}");
            }
        }

        File.Delete(now);
    }

    static ulong? Setting(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
