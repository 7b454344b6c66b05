using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>What <c>dotnet pack</c> makes, used as a person without a checkout does: from a folder outside, by NuGet from a folder of packages.</summary>
public sealed class PackagesTests : IClassFixture<PackagesTests.Packed>
{
    readonly Packed packed;
    readonly string folder;

    public PackagesTests(Packed packed)
    {
        this.packed = packed;
        folder = packed.NewFolder();
    }

    [Fact]
    public async Task The_tool_runs_bundled_scripts_and_new_ones_and_steps_through_them()
    {
        Assert.Contains(
            "was successfully installed",
            await packed.Dotnet("tool", "install", "svco", "--version", packed.Version, "--tool-path", folder)
        );

        Assert.Contains($"SVco {packed.Version}", await Tool("--version"));
        Assert.Contains("Finished: runs/svco_lvint/checkpoint", await Tool("run", "experiments/svco_lvint.csx", "--max-steps", "1"));
        Assert.Contains("Next: ", await Tool("new", "mine"));
        Assert.Contains("Finished: runs/mine/checkpoint", await Tool("run", "mine/mine.csx", "--max-steps", "1"));
        Assert.Contains("6 runs", await Tool("sweep", "mine/sweep.yaml", "--dry-run"));
        Assert.Contains("12 runs", await Tool("sweep", "configs/first_sweep.yaml", "--dry-run"));
        Assert.Contains("one step  S-VCO on the bundled checkpoint: loss 2.77", await Tool("doctor"));

        // A script of another version would not be what it says.
        var script = Path.Combine(folder, "mine", "mine.csx");
        File.WriteAllText(script, File.ReadAllText(script).Replace(packed.Version, "99.0.0", StringComparison.Ordinal));
        Assert.Contains($"The script wants SVco.Scripting 99.0.0, and this is svco {packed.Version}", await Tool("run", "mine/mine.csx"));
    }

    [Fact]
    public async Task A_program_of_one_file_has_the_words_of_scripts_and_shows_a_mistake_as_its_message()
    {
        File.WriteAllText(
            Path.Combine(folder, "my.cs"),
            $"""
            #:package SVco.Scripting@{packed.Version}

            Console.WriteLine(torch.ones(3).sum().item<float>());
            var experiment = Experiment("my").Model(LlavaInterleave7B).Objective(SVco(0.1, beta2: 0.1)).Data(Mvc.Train, Mvc.Validation);
            return args is [var file] ? await ExperimentFrom(file).Run([]) : await experiment.OrTiny().Run(args);
            """
        );

        var output = await packed.DotnetIn(folder, "run", "my.cs", "--max-steps", "1");
        Assert.StartsWith("3", output);
        Assert.Contains("Finished: runs/my/checkpoint", output);
        Assert.Equal("3\nnothing.yaml does not exist.\n", await packed.DotnetIn(folder, "run", "my.cs", "nothing.yaml"));
    }

    [DotnetScriptFact]
    public async Task A_new_script_runs_under_dotnet_script()
    {
        Assert.Equal(0, (await SvcoProcess.RunAsync(folder, "new", "mine")).Code);
        var script = Path.Combine(folder, "mine", "mine.csx");
        File.WriteAllText(script, File.ReadAllText(script).Replace(", 0.1.0", $", {packed.Version}", StringComparison.Ordinal));

        Assert.Contains("Finished: ", await packed.DotnetIn(folder, "script", "mine/mine.csx", "--", "--max-steps", "1"));
    }

    /// <summary>A package is the same whoever made it, and tells nothing of that person's machine.</summary>
    [Fact]
    public void No_package_names_a_folder_of_the_machine_that_made_it()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        foreach (var package in packed.Files)
        {
            using var archive = ZipFile.OpenRead(package);
            foreach (var entry in archive.Entries.Where(entry => entry.Name.StartsWith("SVco.", StringComparison.Ordinal)))
            {
                using var content = new MemoryStream();
                using (var stream = entry.Open())
                {
                    stream.CopyTo(content);
                }

                Assert.All(
                    new[] { Golden.RepositoryRoot, Path.Combine(home, ".nuget") },
                    path =>
                        Assert.True(
                            content.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(path)) < 0,
                            $"{package}: {entry} names {path}"
                        )
                );
            }
        }
    }

    Task<string> Tool(params string[] args) => packed.Run(folder, Path.Combine(folder, "svco"), args);

    /// <summary>The packages of this checkout, of a version of their own, so that none that was installed before stands in for them.</summary>
    public sealed class Packed : IAsyncLifetime
    {
        readonly TemporaryFolder work = new();
        int folders;

        public string Version { get; } = $"0.1.0-test.{Guid.NewGuid():N}";

        public IEnumerable<string> Files => Directory.EnumerateFiles(work.At("packages"), "*.nupkg");

        public async Task InitializeAsync()
        {
            File.WriteAllText(
                work.At("nuget.config"),
                $"""
                <configuration>
                  <packageSources><add key="packed" value="{work.At("packages")}" /></packageSources>
                  <config><add key="globalPackagesFolder" value="{work.At("global")}" /></config>
                  <fallbackPackageFolders><add key="person" value="{UsersPackages}" /></fallbackPackageFolders>
                </configuration>
                """
            );
            var solution = Path.Combine(Golden.RepositoryRoot, "SVco.sln");
            var said = await Dotnet(
                "pack",
                solution,
                "-c",
                "Release",
                $"-p:Version={Version}",
                $"-p:PackageOutputPath={work.At("packages")}"
            );
            Assert.True(Files.Count() == 11, said);
        }

        public Task DisposeAsync()
        {
            work.Dispose();
            return Task.CompletedTask;
        }

        public string NewFolder() => Directory.CreateDirectory(work.At($"{Interlocked.Increment(ref folders)}")).FullName;

        public Task<string> Dotnet(params string[] args) => DotnetIn(work.At(), args);

        public Task<string> DotnetIn(string folder, params string[] args) => Run(folder, "dotnet", args);

        public async Task<string> Run(string folder, string program, string[] args)
        {
            // Nothing outlives the test, and what the test runner tells MSBuild is not for us.
            var variables = new Dictionary<string, string?>
            {
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["MSBuildSDKsPath"] = null,
                ["MSBUILD_EXE_PATH"] = null,
            };
            using var process = SvcoProcess.StartCommand(folder, variables, [program, .. args]);
            var error = process.StandardError.ReadToEndAsync();
            return await process.StandardOutput.ReadToEndAsync() + await error;
        }

        static string UsersPackages =>
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
    }
}
