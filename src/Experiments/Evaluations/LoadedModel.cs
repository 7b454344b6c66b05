using SVco.Evaluation.Answers;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>A model that is evaluated, loaded when the first question needs it: what was answered before needs no weights.</summary>
/// <param name="folder">Where it lies.</param>
/// <param name="plan">Its precision and device.</param>
sealed class LoadedModel(AskedFolder folder, EvaluationPlan plan) : IDisposable
{
    VisionLanguageModel? network;

    /// <summary>Its name in tables.</summary>
    public string Name => folder.Name;

    /// <summary>What questions are put to.</summary>
    public AskedModel Asked { get; private set; } = null!;

    /// <inheritdoc/>
    public void Dispose() => network?.Dispose();
}
