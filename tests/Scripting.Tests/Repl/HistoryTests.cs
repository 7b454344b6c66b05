using SVco.Scripting.Repl.Editing;

namespace SVco.Scripting.Tests;

/// <summary>The inputs of earlier sessions.</summary>
public sealed class HistoryTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("svco-history").FullName;
    readonly List<string> notes = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    History Open() => new(Path.Combine(folder, "repl", "history.jsonl"), notes.Add);

    [Fact]
    public void Inputs_outlive_their_session_in_their_order_and_lines()
    {
        var first = Open();
        first.Add("var x = 1;");
        first.Add("if (x > 0)\n{\n}");
        first.Add("if (x > 0)\n{\n}");
        Open().Add("x");

        Assert.Equal<string>(["var x = 1;", "if (x > 0)\n{\n}", "x"], Open().Inputs);
        Assert.Empty(notes);
    }

    [Fact]
    public void The_arrows_find_inputs_that_begin_as_typed()
    {
        var history = Open();
        foreach (var input in new[] { "alpha", "beta", "alphabet", "gamma" })
        {
            history.Add(input);
        }

        Assert.Equal(2, history.Before(4, "al"));
        Assert.Equal(0, history.Before(2, "al"));
        Assert.Null(history.Before(0, "al"));
        Assert.Equal(2, history.After(0, "al"));
        Assert.Null(history.After(2, "al"));
    }

    [Fact]
    public void A_history_that_cannot_be_kept_is_told_and_the_session_goes_on()
    {
        File.WriteAllText(Path.Combine(folder, "repl"), "a file in the folder's place");

        var history = Open();
        history.Add("x");

        Assert.Equal<string>(["x"], history.Inputs);
        Assert.Contains(notes, note => note.StartsWith("The history in", StringComparison.Ordinal));
    }
}
