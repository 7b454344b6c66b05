using System.Collections.Concurrent;
using SVco.Core;
using SVco.Core.Data;
using SVco.Evaluation.Answers;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Text;
using SVco.Tests;
using SVco.Training;

namespace SVco.Evaluation.Tests.Answers;

/// <summary>The committed base model of the miniature as one that questions are put to; it remembers which images it was shown.</summary>
sealed class TinyModel : IDisposable
{
    readonly VisionLanguageModel network;

    public TinyModel()
    {
        var folder = Path.Combine(Golden.RepositoryRoot, "experiments", "miniature_base");
        network = VisionLanguageModel.Load(folder, new LoadOptions());
        var (tokenizer, processor) = (Tokenizer.Load(folder), ImageProcessor.Load(folder));
        var loader = processor.Loader(Behaviour.Corrected);
        Loader = loader with
        {
            Load = image =>
            {
                Shown.Enqueue(image);
                return loader.Load(image);
            },
        };
        Asked = new("tiny", network, tokenizer, ChatFormat.For(tokenizer, folder), new LiveFeatures(network, Loader));
    }

    public ImageLoader Loader { get; }

    public AskedModel Asked { get; }

    public ConcurrentQueue<ImageSource> Shown { get; } = [];

    public void Dispose() => network.Dispose();
}

/// <summary>A picture of one grey.</summary>
sealed record Grey(byte Level) : ImageSource.Drawn
{
    public override RgbImage Draw() => new(32, 32, [.. Enumerable.Repeat(Level, 32 * 32 * 3)]);
}
