namespace SVco.Scripting.Tests;

/// <summary>One session of <c>svco repl</c> whose inputs come from a pipe, for all tests that only read what it wrote: it takes seconds.</summary>
public sealed class PipedSession : IAsyncLifetime
{
    const string Mark = "=== ";

    static readonly (string Name, string Input)[] Inputs =
    [
        ("value", "1 + 1"),
        ("statement", "var x = 3;"),
        ("several lines", "if (x > 2)\n{\n    Console.WriteLine(\"big\");\n}"),
        ("earlier variable", "x * 2"),
        ("unknown name", "x + foo"),
        ("error in a later line", "if (x > 2)\n{\n    int z = \"text\";\n}"),
        ("refused", "int y = 1; int z = \"text\";"),
        ("nothing of what was refused", "y"),
        ("user's mistake", "throw new UserException(\"Give a model.\");"),
        ("after a failure", "x"),
        ("declared before a failure", "var before = 5; throw new UserException(\"then\");"),
        ("declared before a failure, after it", "before"),
        ("formula", "Vco(0.1, 0.2)"),
        ("recipe", "Mvc.Train.Shuffle(seed: 7)"),
        ("tensor", "torch.arange(6).reshape(2, 3)"),
        ("settings", "Experiment(\"x\").Train(new() { Epochs = 3 })"),
        ("rows", "new[] { new { A = 1, B = \"one\" }, new { A = 20, B = \"two\" } }"),
        ("endless", "Enumerable.Repeat(7, int.MaxValue)"),
        ("load", "#load \"script.csx\""),
        ("loaded", "loaded"),
        ("pair", "var pair = Mvc.Train.Pairs().First();\npair"),
        ("model", "var model = await LlavaInterleave7B.Load();\nvar scores = model.Score(pair);\nscores"),
        ("loss of the base", "Math.Abs(scores.Loss(SVco(0.1, 0.1)) - 4 * Math.Log(2)) < 1e-9"),
        (
            "sensitivity adds up",
            "Math.Abs(model.Sensitivity(pair).Responses[0].Match.Sum() - (scores[Side.W, ImageCondition.Match] - scores[Side.W, ImageCondition.NoImage])) < 1e-3"
        ),
        ("sensitivity", "model.Sensitivity(pair)"),
        ("answer", "model.Generate(pair.W.Image, \"What is this?\", 4).Length > 0"),
        ("help", "#help Attend"),
        ("no run", "Run.Read(\"none\")"),
    ];

    readonly string folder = Directory.CreateTempSubdirectory("svco-repl").FullName;
    Dictionary<string, string> outputs = [];
    Dictionary<string, string> errors = [];

    /// <summary>The process's exit code.</summary>
    public int Code { get; private set; }

    /// <summary>What an input wrote to the output, without spaces at the ends of lines.</summary>
    public string Output(string name) => outputs[name];

    /// <summary>What an input wrote to the error stream.</summary>
    public string Error(string name) => errors[name];

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "script.csx"), "var loaded = \"declared\";\n\nreturn loaded.Length / 0;\n");
        using var process = SvcoProcess.StartRepl(folder);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        foreach (var (name, input) in Inputs)
        {
            await process.StandardInput.WriteLineAsync($"Console.WriteLine(\"{Mark}{name}\"); Console.Error.WriteLine(\"{Mark}{name}\");");
            await process.StandardInput.WriteLineAsync(input);
        }

        process.StandardInput.Close();
        (outputs, errors) = (Parts(await output), Parts(await error));
        await process.WaitForExitAsync();
        Code = process.ExitCode;
    }

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    static Dictionary<string, string> Parts(string written) =>
        written
            .ReplaceLineEndings("\n")
            .Split(Mark, StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('\n'))
            .ToDictionary(lines => lines[0], lines => string.Join('\n', lines.Skip(1).Select(line => line.TrimEnd())).Trim('\n'));
}
