using System.Diagnostics;

namespace SVco.Scripting.Tests;

/// <summary>A person at a terminal of 80 columns.</summary>
public sealed class TerminalTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    readonly string folder = Directory.CreateTempSubdirectory("svco-terminal").FullName;

    public void Dispose()
    {
        Tmux("kill-server");
        Directory.Delete(folder, recursive: true);
    }

    [TmuxFact]
    public void Inputs_are_completed_coloured_edited_over_several_lines_interrupted_and_recalled()
    {
        Open();
        Type("r.W.Mat");
        See("> Match");
        Press("Tab");
        See("> r.W.Match");
        Press("Enter");
        See("scores W.Match; needs the reference");

        Type("Attend(");
        See("Objective Attend([double beta1])");
        See("Eq. 3: attend to the matching image.");
        Press("C-c");

        Type("foreach (var n in new[] { 41 })");
        Press("Enter");
        Type("{");
        Press("Enter");
        Type("Console.WriteLine(n + 1); ");
        Press("Enter");
        Type("}");
        See("> foreach (var n in new[] { 41 })\n  {\n      Console.WriteLine(n + 1);\n  }");
        Assert.Contains("\u001b[34mforeach", Screen("-e"));
        Press("Enter");
        See("  }\n42\n>");

        Type("Console.WriteLine(\"runs\"); while (true) { }");
        Press("Enter");
        See("{ }\nruns");
        Press("C-c");
        See("Ended by Ctrl-C.\n>");

        Tmux("set-buffer", "var a = 1;\nvar b = a + 1;\nb * 100");
        Tmux("paste-buffer", "-p");
        See("  b * 100");
        Press("Enter");
        See("200\n>");

        Type("fooo");
        Press("Enter");
        See("  fooo\n  ^^^^\nerror CS0103");
        Press("C-d");
        See("ended 0");

        Open();
        Press("Up");
        See("> fooo");
        Press("C-c");
        Type("var a");
        Press("Up");
        See("> var a = 1;\n  var b = a + 1;\n  b * 100");
    }

    /// <summary>A session in a new terminal.</summary>
    void Open()
    {
        Tmux("kill-server");
        var program = Path.Combine(AppContext.BaseDirectory, "SVco.Scripting.dll");
        // A test runner without a terminal ignores its closing, and its children would outlive the terminal.
        string[] session =
        [
            .. new[] { "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "40" },
            $"env --default-signal=INT,HUP SVCO_CACHE={folder} TERM=screen-256color sh -c 'trap : INT; dotnet {program} repl; echo ended $?; tail -f /dev/null'",
        ];
        // A server that ends and one that begins may meet.
        var clock = Stopwatch.StartNew();
        while (Tmux(session).Code != 0 && clock.Elapsed < Patience)
        {
            Thread.Sleep(50);
        }

        See("#help");
        See("\n>");
    }

    void Type(string text) => Tmux("send-keys", "-l", text);

    void Press(string key) => Tmux("send-keys", key);

    string Screen(params string[] options) =>
        string.Join('\n', Tmux(["capture-pane", "-p", .. options]).Output.Split('\n').Select(line => line.TrimEnd())).TrimEnd();

    /// <summary>Waits until a text stands on the screen.</summary>
    void See(string text)
    {
        var clock = Stopwatch.StartNew();
        while (!Screen().Contains(text, StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < Patience, $"There is no '{text}' on the screen:\n{Screen()}");
            Thread.Sleep(50);
        }
    }

    (string Output, int Code) Tmux(params string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo("tmux", ["-S", Path.Combine(folder, "tmux"), .. command])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output + error.Result, process.ExitCode);
    }
}
