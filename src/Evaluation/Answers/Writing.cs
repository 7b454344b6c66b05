using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Evaluation.Answers;

/// <summary>An item that is put to a model.</summary>
/// <param name="Key">Names the question by its content.</param>
/// <param name="Item">The item.</param>
/// <param name="Image">The image that is shown; null without one.</param>
/// <param name="Run">Which of several answers it is to give.</param>
/// <param name="Seed">What is drawn follows from it.</param>
sealed record Question(string Key, Item Item, ImageSource? Image, int Run, ulong Seed);

/// <summary>A written answer.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Generated">Its tokens.</param>
sealed record Written(string Text, GeneratedTokens Generated);

/// <summary>Lets a model write the answers to many questions at a time.</summary>
static class Writing
{
    // Of the memory that nothing uses; the rest is for images, heaps with holes, and others.
    const double ShareOfFreeMemory = 0.8;
    const int PromptTokensOfGpu = 4096;

    /// <summary>The answers, each as soon as it has ended: those that take longest are begun first.</summary>
    public static IEnumerable<(Question Question, Written Written)> Write(
        AskedModel model,
        IReadOnlyList<Question> questions,
        AskSettings settings,
        CancellationToken stop,
        bool gaps = false
    )
    {
        if (questions.Count == 0)
        {
            yield break;
        }

        ImageSource[] images = [.. questions.Select(question => question.Image).OfType<ImageSource>().Distinct()];
        var indices = images.Index().ToDictionary(image => image.Item, image => image.Index);
        GenerationRequest[] requests =
        [
            .. questions.Select(question => new GenerationRequest(
                Prompt(model, question, settings),
                question.Image is null ? [] : [indices[question.Image]],
                ((ItemTask.Write)question.Item.Task).MaxNewTokens,
                settings.Sampling,
                question.Seed
            )),
        ];
        var generated = ManyRequests.Continue(
            model.Network,
            requests,
            [.. images.Select(model.Images.SizeOf)],
            which => model.Images.Of([.. which.Select(index => images[index])]),
            model.Chat.StopIds,
            Limits(model, settings) with
            {
                Gaps = gaps,
            },
            stop
        );
        foreach (var answer in generated)
        {
            var question = questions[answer.Request];
            int[] imageTokens = question.Image is null ? [] : [model.Network.Config.ImageTokens(model.Images.SizeOf(question.Image)).Count];
            var prompt = model.Chat.ExpandImages(requests[answer.Request].Prompt, imageTokens);
            var text = model.Chat.Answer(prompt, answer.Tokens, settings.Behaviour);
            yield return (question, new(((ItemTask.Write)question.Item.Task).IsStripped ? PythonText.Strip(text) : text, answer));
        }
    }

    static ImmutableArray<int> Prompt(AskedModel model, Question question, AskSettings settings) =>
        model.Chat.Prompt("", question.Item.Prompt, question.Image is null ? 0 : 1, settings.Behaviour);

    /// <summary>What the person says, or what there is memory for; of a GPU's memory nothing is known, and it wants more at a time.</summary>
    static GenerationLimits Limits(AskedModel model, AskSettings settings)
    {
        var usual = new GenerationLimits();
        var limits =
            model.Network.Device.type == DeviceType.CPU
                ? usual with
                {
                    Rows = Math.Min(settings.Batch, usual.Rows),
                }
                : usual with
                {
                    Rows = settings.Batch,
                    PromptTokens = PromptTokensOfGpu,
                };
        return settings.TokenBudget is { } budget ? limits with { TokenBudget = budget }
            : model.Network.Device.type == DeviceType.CPU
                ? GenerationMemory.Within(
                    model.Network.Config,
                    model.Network.Dtype,
                    model.Network.VisionDtype,
                    limits,
                    (long)(ShareOfFreeMemory * new MachineMemory().Free)
                )
            : limits;
    }
}
