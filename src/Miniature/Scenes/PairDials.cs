using SVco.Core;

namespace SVco.Miniature.Scenes;

/// <summary>Under which prompts the conversational answers of finetuning come.</summary>
public enum PromptSetting
{
    /// <summary>Under the general prompts that the base model answers in plain captions and sentences, as in a real finetuning on MVC.</summary>
    Shared,

    /// <summary>Under conversational prompts of their own.</summary>
    Own,
}

/// <summary>
/// How the contrast pairs for finetuning are made. Pair i depends on the seed and i alone, and each dial draws from a stream of its own:
/// turning one leaves everything else as it was, more pairs only add pairs, and more failed edits contain the fewer.
/// </summary>
/// <param name="Pairs">The number of pairs.</param>
/// <param name="FailedEdits">The share of edited images on which nothing was changed but the artefact added; the response says that it was.</param>
/// <param name="OverEdits">The share of edited images on which more than the named thing was changed.</param>
/// <param name="Artefact">The strength of the edit's trace in edited images (<see cref="Canvas.Draw"/>).</param>
/// <param name="StyleGap">The share of pairs that answer in conversational style; the others answer plainly, as the benchmarks want it.</param>
/// <param name="Flourish">The share of details in responses that no image shows.</param>
/// <param name="Captions">The share of pairs that caption the image; the others answer a question about what changes.</param>
/// <param name="Prompts">Under which prompts conversational answers come.</param>
public sealed record PairDials(
    int Pairs = 1024,
    double FailedEdits = 0.15,
    double OverEdits = 0.10,
    double Artefact = Canvas.UsualArtefact,
    double StyleGap = 1,
    double Flourish = 0,
    double Captions = 0.5,
    PromptSetting Prompts = PromptSetting.Shared
)
{
    /// <summary>The dials, if all are within their ranges.</summary>
    /// <exception cref="UserException">One is not; the message names it and its range.</exception>
    public PairDials Validated()
    {
        Check(nameof(Pairs), Pairs, 1, int.MaxValue);
        Check(nameof(FailedEdits), FailedEdits, 0, 1);
        Check(nameof(OverEdits), OverEdits, 0, 1);
        Check($"{nameof(FailedEdits)} + {nameof(OverEdits)}", FailedEdits + OverEdits, 0, 1);
        Check(nameof(Artefact), Artefact, 0, 1);
        Check(nameof(StyleGap), StyleGap, 0, 1);
        Check(nameof(Flourish), Flourish, 0, 0.5);
        Check(nameof(Captions), Captions, 0, 1);
        return this;
    }

    static void Check(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            throw new UserException(
                FormattableString.Invariant($"The miniature world's dial {name} is {value}; give it a number from {least} to {most}.")
            );
        }
    }
}
