namespace SVco.Scripting.Repl;

/// <summary>The session's own words.</summary>
static class ReplText
{
    /// <summary>Asks for an input.</summary>
    public const string Prompt = "> ";

    /// <summary>Asks for another line of it.</summary>
    public const string Continuation = "  ";

    /// <summary>Greets.</summary>
    public const string Greeting = "SVco: C# with the words of experiments. #help lists what there is, Ctrl-D ends.";

    /// <summary>What <c>#help</c> says.</summary>
    public const string Help = """
        An input is C#. Its value is shown; with a semicolon at its end it is not.

          var model = await LlavaInterleave7B.Load();      tiny and bundled; .Load("FOLDER or hub id") takes a real one
          var pair = Mvc.Train.Pairs().First();            bundled; .Pairs("pairs.json") reads yours
          model.Score(pair)                                the 2 x 3 table; .Loss(SVco(0.1, 0.1)), .Reference
          model.Sensitivity(pair)                          what the images do to each token
          model.Generate(pair.W.Image, "What is this?")
          SVco(0.1, 0.1)                                   an objective; Dpo, Mdpo, Vco, Sft, Ipo, SimPo, or a formula over r, pi, length
          #load "experiments/svco_lvint.csx"               declares the experiment without running it
          await experiment.Run([])                         runs it; options go between the brackets: ["--help"]
          Run.Read("runs/svco_lvint").Plot("loss")         a run's settings, numbers and plots
          torch.arange(6).reshape(2, 3)                    TorchSharp

        #help NAME   what is known of a name          #load "FILE"   a script, without what it runs at its end
        #quit        ends, as Ctrl-D does             #r "FILE.dll"  an assembly

        Enter runs what is complete and else begins a new line; Ctrl-J always begins one. Tab takes a suggestion, Down goes into the list,
        Escape closes it. Up and Down recall earlier inputs that begin as this one. Ctrl-C drops the input, or ends what runs.
        Also Ctrl-A E K U W, Ctrl-Left, Ctrl-Right, Ctrl-Z and Ctrl-Y (undo, redo), Ctrl-L (clear).
        """;
}
