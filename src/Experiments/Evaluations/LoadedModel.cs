using SVco.Evaluation.Answers;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>A model that is evaluated, in memory as soon as the first question needs it.</summary>
sealed class LoadedModel : IDisposable
{
    /// <param name="folder">Where it lies.</param>
    /// <param name="plan">Its precision and device.</param>
    public LoadedModel(AskedFolder folder, EvaluationPlan plan)
    {
        Asked = new(folder.Content, new Lazy<AskedFormat>(Format), new Lazy<AskedNetwork>(Load));

        AskedFormat Format()
        {
            var tokenizer = Tokenizer.Load(folder.Required);
            return new(tokenizer, ChatFormat.For(tokenizer, folder.Required));
        }

        AskedNetwork Load()
        {
            NativeLibraries.Load();
            EvaluationMemory.Require(folder.Name, ModelFolder.CheckWithoutWeights(folder.Required), plan);
            var network = VisionLanguageModel.Load(folder.Folder, plan.LoadOptions);
            // Disposed with the network that it changes.
            _ = folder.Adapter is { } adapter ? LoraAdapter.Load(adapter.Path, network) : null;
            return new(network, new LiveFeatures(network, ImageProcessor.Load(folder.Folder).Loader(plan.Behaviour)));
        }
    }

    /// <summary>What questions are put to.</summary>
    public AskedModel Asked { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Asked.Loaded.IsValueCreated)
        {
            Asked.Network.Dispose();
        }
    }
}
