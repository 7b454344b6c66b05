using System.CommandLine;
using System.Text.RegularExpressions;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>What the README and docs/ tell a person to do.</summary>
public sealed class DocumentationTests
{
    const string Program = "./svco ";
    const string BuiltProgram = "dotnet run -c Release --project src/Scripting -- ";

    static readonly string Readme = Path.Combine(Golden.RepositoryRoot, "README.md");

    public static TheoryData<string> Pages =>
        [
            .. Directory
                .GetFiles(Path.Combine(Golden.RepositoryRoot, "docs"), "*.md")
                .Concat([Readme, Path.Combine(Golden.RepositoryRoot, "CONTRIBUTING.md"), Path.Combine(Golden.RepositoryRoot, "PACKAGE.md")])
                .Select(page => Path.GetRelativePath(Golden.RepositoryRoot, page)),
        ];

    public static TheoryData<string> ReadmeCommands => [.. Commands(File.ReadAllText(Readme))];

    /// <summary>As it stands there, but for a model of 16 GB, a person's own pairs, and what the whole study takes.</summary>
    [Theory]
    [MemberData(nameof(ReadmeCommands))]
    public async Task Every_command_of_the_README_runs(string command)
    {
        if (command == "dotnet test -c Release")
        {
            Assert.Contains(command, File.ReadAllText(Path.Combine(Golden.RepositoryRoot, ".ci", "run")), StringComparison.Ordinal);
            return;
        }

        using var folder = new TemporaryFolder();
        var args = Words(Regex.Replace(command, $"^({Regex.Escape(Program)}|{Regex.Escape(BuiltProgram)})", ""))
            .Select(word =>
                word switch
                {
                    "llava-hf/llava-interleave-qwen-7b-hf" => Bundled("llava-interleave"),
                    "pairs.json" => Bundled("train.json"),
                    _ => word,
                }
            )
            .ToArray();
        var isStudy = args.Contains("experiments/miniature.csx");

        var (output, code) = await SvcoProcess.RunAsync(folder.At(), [.. args, .. isStudy ? ["--help"] : Array.Empty<string>()]);

        Assert.True(code == 0, output);
        Assert.Contains(
            isStudy ? "--objective FORMULA"
                : args[0] == "run" ? "Finished: "
                : "",
            output
        );
    }

    /// <summary>What another program than ours does with a command, or what its words stand for, is not looked at.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_of_ours_is_one_that_there_is(string page) =>
        Assert.All(
            Commands(File.ReadAllText(Path.Combine(Golden.RepositoryRoot, page)))
                .Where(command => Regex.IsMatch(command, @"^(\./)?svco ") && !Regex.IsMatch(command, @"\.\.\.| < |FILE|RUN")),
            command =>
            {
                var parsed = SvcoCommands.Parse([.. Words(command).Skip(1)]);
                Assert.True(parsed.Errors.Count == 0, $"{command}: {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
            }
        );

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page)
    {
        var file = Path.Combine(Golden.RepositoryRoot, page);
        var links = Regex.Matches(File.ReadAllText(file), @"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)");
        Assert.All(
            links,
            link =>
            {
                var target = link.Groups[1].Value is { Length: > 0 } path ? Path.Combine(Path.GetDirectoryName(file)!, path) : file;
                Assert.True(Path.Exists(target), $"{page}: {link.Value}");
                if (link.Groups[2].Value is { Length: > 0 } anchor)
                {
                    Assert.Contains(anchor, File.ReadLines(target).Where(line => line.StartsWith('#')).Select(Anchor));
                }
            }
        );
    }

    /// <summary>What a heading is called in an address.</summary>
    static string Anchor(string heading) =>
        Regex.Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "[^a-z0-9 _-]", "").Replace(' ', '-');

    /// <summary>Indented lines outside lists, without their remarks; a line that ends in a backslash goes on.</summary>
    static IEnumerable<string> Commands(string page) =>
        Regex
            .Matches(page, @"(?<=\n)    ((?:\./svco|svco|dotnet) .*)")
            .Select(line => Regex.Replace(line.Groups[1].Value, @"\s+# .*$|\s{4,}\S.*$", "").Trim());

    static string[] Words(string command) =>
        [.. Regex.Matches(command, "\"([^\"]*)\"|(\\S+)").Select(word => word.Groups[1].Success ? word.Groups[1].Value : word.Value)];

    static string Bundled(string name) => Path.Combine(Golden.RepositoryRoot, "experiments", "tiny", name);
}
