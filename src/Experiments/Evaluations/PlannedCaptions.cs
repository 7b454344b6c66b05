using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Folders;
using SVco.Models.Images;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>
/// Contrast pairs whose captions are scored under three image conditions (Fig. 2). They are read as a run reads its training pairs, but all of
/// them must be usable, and no text is cut.
/// </summary>
/// <param name="plan">Names their file.</param>
sealed class PlannedCaptions(EvaluationPlan plan)
{
    readonly Experiment? asRun = plan.Captions is not { } file
        ? null
        : new Experiment("captions")
        {
            Data = new() { Train = Recipe.FromJson(file), Validation = null },
            Train = new() { MaxTextLength = int.MaxValue, Behaviour = plan.Behaviour },
        };

    /// <summary>Makes sure that the file is there.</summary>
    /// <exception cref="UserException">It is not.</exception>
    public void Require() => asRun?.Data.RequireFiles("Check --captions.");

    /// <summary>The pairs as a model's tokens, every image looked at; none where no file is named.</summary>
    /// <exception cref="UserException">A pair cannot be scored whole, has a token that the model has no embedding for, or an image that is broken.</exception>
    public ImmutableArray<PreparedPair> For(AskedFolder model, RunProgress progress, CancellationToken stop)
    {
        if (asRun is null)
        {
            return [];
        }

        var read = RunData.Read(asRun, model.Required, ModelFolder.CheckWithoutWeights(model.Required));
        read.RequirePairs();
        if (read.Refused is [var first, ..])
        {
            throw new UserException(
                $"--captions {plan.Captions}: {RunData.Count(read.Refused.Length, "pair")} cannot be scored. The first is {first.Id}: {first.Reason}"
            );
        }

        foreach (var note in read.Notes)
        {
            progress.Note(note);
        }

        return RunImages
            .Read(
                read,
                ImageProcessor.Load(model.Required),
                ImageProcessor.SettingsOf(model.Required),
                plan.Behaviour,
                UserCaches.Images(progress),
                progress,
                stop
            )
            .Usable(read, skipBroken: false, _ => { })
            .Train;
    }
}
