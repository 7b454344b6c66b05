using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SVco.Scripting.Tests;

/// <summary>The command <c>svco</c> as a process of its own.</summary>
public sealed class HostProcessTests : IDisposable
{
    const int SigInt = 2;

    readonly HostFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_second_start_loads_no_compiler()
    {
        folder.Write(
            "run.csx",
            """
            #load "scripting/prelude.csx"
            Console.WriteLine(AppDomain.CurrentDomain.GetAssemblies().Count(a => a.GetName().Name.StartsWith("Microsoft.CodeAnalysis")));
            """
        );

        Assert.NotEqual(("0", 0), await RunAsync("run", "run.csx"));
        Assert.Equal(("0", 0), await RunAsync("run", "run.csx"));
    }

    [Fact]
    public async Task Help_after_the_file_is_the_scripts()
    {
        folder.Write("run.csx", "Console.WriteLine(string.Join('|', Args)); return 5;");

        Assert.Equal(("--help|--version|@x|--|-h", 5), await RunAsync("run", "run.csx", "--help", "--version", "@x", "--", "-h"));
        Assert.Equal(("--|--model", 5), await RunAsync("run", "run.csx", "--", "--model"));
    }

    [Fact]
    public async Task Help_and_version_without_a_file_are_the_commands()
    {
        var (help, code) = await RunAsync("run", "--help");
        Assert.Equal(0, code);
        Assert.Contains(" run <file> [<args>...]", help);
        Assert.Matches(@"^SVco \d+\.\d+\.\d+", (await RunAsync("--version")).Output);
    }

    [Fact]
    public async Task The_first_Ctrl_C_cancels_the_token_and_the_script_ends_by_itself()
    {
        if (OperatingSystem.IsWindows())
            return;
        folder.Write(
            "run.csx",
            """
            #load "scripting/prelude.csx"
            var token = Interrupt.Token;
            Console.WriteLine("ready");
            token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
            Console.WriteLine(token.IsCancellationRequested ? "saved" : "not interrupted");
            return 9;
            """
        );
        using var process = Start("run", "run.csx");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());

        Signal(process.Id, SigInt);

        Assert.Equal("saved", await process.StandardOutput.ReadLineAsync());
        await process.WaitForExitAsync();
        Assert.Equal(9, process.ExitCode);
    }

    [Fact]
    public async Task The_second_Ctrl_C_ends_at_once()
    {
        if (OperatingSystem.IsWindows())
            return;
        folder.Write(
            "run.csx",
            """
            #load "scripting/prelude.csx"
            Interrupt.Token.Register(() => Console.WriteLine("first"));
            Console.WriteLine("ready");
            await Task.Delay(TimeSpan.FromSeconds(30));
            return 0;
            """
        );
        using var process = Start("run", "run.csx");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());

        Signal(process.Id, SigInt);
        Assert.Equal("first", await process.StandardOutput.ReadLineAsync());
        Signal(process.Id, SigInt);

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.NotEqual(0, process.ExitCode);
    }

    [Fact]
    public async Task A_cancelled_await_after_Ctrl_C_is_no_error()
    {
        if (OperatingSystem.IsWindows())
            return;
        folder.Write(
            "run.csx",
            "#load \"scripting/prelude.csx\"\nvar token = Interrupt.Token;\nConsole.WriteLine(\"ready\");\nawait Task.Delay(30000, token);"
        );
        using var process = Start("run", "run.csx");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());

        Signal(process.Id, SigInt);

        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        Assert.EndsWith("Interrupted.", (await process.StandardError.ReadToEndAsync()).TrimEnd());
    }

    [DllImport("libc", EntryPoint = "kill")]
    static extern int Signal(int process, int signal);

    async Task<(string Output, int Code)> RunAsync(params string[] args)
    {
        using var process = Start(args);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", await error);
        return (output.TrimEnd(), process.ExitCode);
    }

    Process Start(params string[] args) => SvcoProcess.Start(folder.Path, args);
}
