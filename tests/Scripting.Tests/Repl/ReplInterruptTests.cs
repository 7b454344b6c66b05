using System.Runtime.InteropServices;

namespace SVco.Scripting.Tests;

/// <summary>Ctrl-C in a session.</summary>
public sealed class ReplInterruptTests : IDisposable
{
    const int SigInt = 2;
    const int SigTerm = 15;

    readonly string folder = Directory.CreateTempSubdirectory("svco-repl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Ctrl_C_ends_what_runs_and_neither_the_session_nor_the_next_input()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var process = SvcoProcess.StartRepl(folder);
        var (input, output, error) = (process.StandardInput, process.StandardOutput, process.StandardError);
        string[] endless =
        [
            "while (true) { }",
            "await Task.Delay(-1);",
            "System.Threading.Thread.Sleep(-1);",
            "Enumerable.Repeat(0, int.MaxValue).Select(x => { while (true) { } return x; })",
        ];
        foreach (var code in endless)
        {
            await input.WriteLineAsync($"Console.WriteLine(\"runs\"); {code}");
            Assert.Equal("runs", await output.ReadLineAsync());
            Signal(process.Id, SigInt);
            Assert.StartsWith("Ended by Ctrl-C", await error.ReadLineAsync());
        }

        await input.WriteLineAsync(
            "var token = Interrupt.Token; Console.WriteLine(\"runs\"); token.WaitHandle.WaitOne(); Console.WriteLine(\"saved\");\nInterrupt.Token.IsCancellationRequested"
        );
        Assert.Equal("runs", await output.ReadLineAsync());
        Signal(process.Id, SigInt);
        Assert.Equal("Ending cleanly; press Ctrl-C again to end at once.", await error.ReadLineAsync());
        Assert.Equal("saved", await output.ReadLineAsync());
        Assert.Equal("False", await output.ReadLineAsync());
        input.Close();
        await process.WaitForExitAsync();
    }

    [Fact]
    public async Task A_closed_terminal_ends_the_session_after_what_runs_has_ended_cleanly()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var process = SvcoProcess.StartRepl(folder);
        await process.StandardInput.WriteLineAsync(
            "var token = Interrupt.Token; Console.WriteLine(\"runs\"); token.WaitHandle.WaitOne(); Console.WriteLine(\"saved\");"
        );
        Assert.Equal("runs", await process.StandardOutput.ReadLineAsync());

        Signal(process.Id, SigTerm);

        Assert.Equal("saved", await process.StandardOutput.ReadLineAsync());
        await process.WaitForExitAsync();
    }

    [DllImport("libc", EntryPoint = "kill")]
    static extern int Signal(int process, int signal);
}
