using System.Text.Json;
using SVco.Tests;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Models.Tests;

/// <summary>A batch of golden/models and the forward pass over it, put together from the model's public parts.</summary>
sealed record LlavaCase(Tensor Ids, Tensor Attended, Tensor Labels, Tensor? Pixels)
{
    public static LlavaCase Read(TensorsOf expected, string prefix) =>
        new(
            expected[$"{prefix}input_ids"],
            expected[$"{prefix}attention_mask"].to(ScalarType.Bool),
            expected[$"{prefix}labels"],
            expected.Has($"{prefix}pixel_values") ? expected[$"{prefix}pixel_values"] : null
        );

    /// <summary>The checkpoints of a topic: folders with a config.json of model_type llava and a cases.json.</summary>
    public static IEnumerable<string> Models() =>
        Golden
            .Folders("models")
            .Where(folder => File.Exists(Path.Combine(folder, "config.json")) && File.Exists(Path.Combine(folder, "cases.json")))
            .Where(folder => Golden.Json(Path.Combine(folder, "config.json")).GetProperty("model_type").GetString() == "llava");

    /// <summary>Those of them that have several cases.</summary>
    public static IEnumerable<(string Folder, JsonElement Cases)> ModelsWithCases() =>
        Models()
            .Select(folder => (folder, Golden.Json(Path.Combine(folder, "cases.json"))))
            .Where(model => model.Item2.TryGetProperty("cases", out _));

    public Tensor Embeddings(VisionLanguageModel model) =>
        Pixels is null ? model.Embed(Ids) : model.MergeImages(Ids, model.Project(model.VisionFeatures(Small.ImagesOf(Pixels))));

    public Tensor Logits(VisionLanguageModel model) => model.Logits(model.Decode(Embeddings(model), model.Positions(Attended), Attended));

    /// <summary>Log-probability of each label given what is before it [batch, tokens - 1]; 0 where nothing is labelled.</summary>
    public Tensor TokenLogProbs(Tensor logits)
    {
        var next = Labels.narrow(1, 1, Labels.shape[1] - 1);
        var labelled = next.ne(-100);
        var logProbs = log_softmax(logits.narrow(1, 0, logits.shape[1] - 1), -1);
        return logProbs.gather(2, next.clamp_min(0).unsqueeze(-1)).squeeze(-1) * labelled;
    }

    /// <summary>The mean negative log-probability of all labels of the batch.</summary>
    public Tensor MeanLoss(VisionLanguageModel model)
    {
        var logProbs = TokenLogProbs(Logits(model));
        return -logProbs.sum() / Labels.narrow(1, 1, Labels.shape[1] - 1).ne(-100).sum();
    }
}
