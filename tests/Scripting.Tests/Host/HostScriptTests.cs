using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SVco.Scripting.Tests;

/// <summary>What a script sees, and what a person sees when it fails.</summary>
public sealed class HostScriptTests : IDisposable
{
    readonly HostFolder folder = new();

    string Error => folder.Error.ToString();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("return 7;", 7)]
    [InlineData("return \"text\";", 0)]
    [InlineData("await Task.Yield();", 0)]
    [InlineData("6 * 7", 42)]
    public async Task An_int_that_a_script_returns_is_the_exit_code(string script, int code)
    {
        Assert.Equal(code, await folder.RunAsync(script));
        Assert.Equal("", Error);
    }

    [Theory]
    [InlineData("", "has no statement")]
    [InlineData("// nothing", "has no statement")]
    [InlineData("void F() { }", "only declares")]
    public async Task A_script_that_can_do_nothing_is_refused(string script, string told)
    {
        Assert.Equal(1, await folder.RunAsync(script));
        Assert.Contains($"run.csx {told}", folder.Error.ToString());
    }

    [Fact]
    public async Task Warnings_of_the_compiler_are_shown_each_time()
    {
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal(0, await folder.RunAsync("async Task F() => await Task.Yield();\nF();"));
        }

        Assert.Equal(2, folder.Error.ToString().Split("run.csx(2,1): warning CS4014").Length - 1);
    }

    [Fact]
    public async Task What_is_declared_and_never_run_is_told()
    {
        Assert.Equal(0, await folder.RunAsync("string Experiment(string name) => name;\nConsole.WriteLine(Experiment(\"a\"));"));
        Assert.Contains("Experiment(...) is declared and never run", folder.Error.ToString());
    }

    [Fact]
    public async Task A_last_line_that_is_not_awaited_is() =>
        Assert.Equal(3, await folder.RunAsync("async Task<int> F() { await Task.Delay(1); return 3; }\nF()"));

    [Fact]
    public async Task Arguments_reach_the_script_as_they_are()
    {
        await folder.RunAsync("File.WriteAllText(Args[0], string.Join('|', Args.Skip(1)));", "--help", "@file", "--", "-x=1", "");

        Assert.Equal("--help|@file|--|-x=1|", folder.Output);
    }

    [Fact]
    public async Task Compile_errors_of_all_files_are_shown_with_file_line_and_column()
    {
        folder.Write("lib/part.csx", "int good = 1;\nint bad = missing;\n");

        Assert.Equal(1, await folder.RunAsync("#load \"lib/part.csx\"\nint x = 1;\n  string s = x;\nint t = \"\";\n"));

        Assert.Equal(
            [
                "lib/part.csx(2,11): error CS0103: The name 'missing' does not exist in the current context",
                "run.csx(3,14): error CS0029: Cannot implicitly convert type 'int' to 'string'",
                "run.csx(4,9): error CS0029: Cannot implicitly convert type 'string' to 'int'",
            ],
            Error.TrimEnd().Split(Environment.NewLine).SelectMany(line => line.Split('\n'))
        );
    }

    [Theory]
    [InlineData("#load \"none.csx\"", "run.csx(1,7): error CS1504")]
    [InlineData("#r \"none.dll\"", "run.csx(1,1): error CS0006")]
    [InlineData("int x = ;", "run.csx(1,9): error CS1525")]
    public async Task Directives_and_syntax_errors_have_a_place_too(string script, string error)
    {
        Assert.Equal(1, await folder.RunAsync(script));
        Assert.StartsWith(error, Error);
    }

    [Theory]
    [InlineData("throw new UserException(\"Give a model.\");")]
    [InlineData("await Task.Yield(); throw new UserException(\"Give a model.\");")]
    [InlineData("Task.Run(() => throw new UserException(\"Give a model.\")).Wait();")]
    [InlineData(
        "class Lazy { static Lazy() => throw new UserException(\"Give a model.\"); public static int X = Environment.ProcessId; } var x = Lazy.X;"
    )]
    public async Task A_users_mistake_is_its_message_and_nothing_else(string script)
    {
        Assert.Equal(1, await folder.RunAsync("#load \"scripting/prelude.csx\"\n" + script));
        Assert.Equal("Give a model." + Environment.NewLine, Error);
    }

    [Fact]
    public async Task Another_exception_is_shown_with_the_scripts_own_line()
    {
        folder.Write("part.csx", "void Call(Action action)\n{\n    action();\n}\n");

        Assert.Equal(
            1,
            await folder.RunAsync("#load \"part.csx\"\nvar list = new List<int>();\nawait Task.Yield();\nCall(() =>\n    list.First());\n")
        );

        Assert.StartsWith("System.InvalidOperationException: Sequence contains no elements\n  at run.csx(5)\nThis may be a bug", Error);
        Assert.DoesNotContain("   at ", Error);
    }

    [Fact]
    public async Task The_place_is_in_a_loaded_file_when_the_script_itself_is_not_on_the_stack()
    {
        folder.Write("part.csx", "var numbers = new int[0];\n\nvar first = numbers[0];\n");

        await folder.RunAsync("#load \"part.csx\"");

        Assert.Equal("  at part.csx(3)", Error.Split('\n')[1]);
    }

    [Fact]
    public async Task The_whole_trace_is_shown_on_request()
    {
        await folder.RunAsync("throw new InvalidOperationException(\"x\");", folder.Options with { ShowTrace = true });

        Assert.Contains("   at Submission#0", Error);
    }

    [Fact]
    public async Task A_missing_script_ends_with_2()
    {
        var code = await SVco.Scripting.Host.ScriptHost.RunAsync("none.csx", [], folder.Options);

        Assert.Equal(2, code);
        Assert.Equal($"There is no script none.csx ({folder.PathOf("none.csx")}).{Environment.NewLine}", Error);
    }

    [Fact]
    public async Task An_assembly_that_the_host_does_not_have_is_loaded_from_where_the_script_says()
    {
        Library("lib/Own.dll", "public static class Own { public static int Answer => 42; }");

        Assert.Equal(42, await folder.RunAsync("#r \"lib/Own.dll\"\nreturn Own.Answer;"));

        Library("lib/Own.dll", "public static class Own { public static int Answer => 43; }");
        Assert.Equal(43, await folder.RunAsync("#r \"lib/Own.dll\"\nreturn Own.Answer;"));
    }

    [Fact]
    public async Task A_changed_loaded_file_is_compiled_anew()
    {
        foreach (var answer in new[] { 1, 2, 1 })
        {
            folder.Write("part.csx", $"var answer = {answer};");
            Assert.Equal(answer, await folder.RunAsync("#load \"part.csx\"\nreturn answer;"));
        }
    }

    [Fact]
    public async Task A_damaged_cache_entry_is_compiled_anew()
    {
        Assert.Equal(4, await folder.RunAsync("return 4;"));
        var entry = Assert.Single(Directory.GetFiles(folder.Cache, "*", SearchOption.AllDirectories));
        var whole = File.ReadAllBytes(entry);
        var flipped = whole.ToArray();
        flipped[^100] ^= 1;

        foreach (var damage in new[] { [], whole[..10], whole[..^1], flipped })
        {
            File.WriteAllBytes(entry, damage);
            Assert.Equal(4, await folder.RunAsync("return 4;"));
            Assert.Equal(whole.Length, new FileInfo(entry).Length);
        }
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_told_and_the_script_runs()
    {
        var file = folder.Write("file", "");

        Assert.Equal(4, await folder.RunAsync("return 4;", folder.Options with { CacheFolder = Path.Combine(file, "cache") }));
        Assert.Matches("^The cache in .* cannot be written", Error);
    }

    void Library(string name, string code)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.PathOf(name))!);
        var result = CSharpCompilation
            .Create(
                Path.GetFileNameWithoutExtension(name),
                [CSharpSyntaxTree.ParseText(code)],
                [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            )
            .Emit(folder.PathOf(name));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }
}
