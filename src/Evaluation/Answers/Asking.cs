using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Files;
using SVco.Training;
using SVco.Training.Caching;
using static TorchSharp.torch;

namespace SVco.Evaluation.Answers;

/// <summary>
/// Puts items to a model: options are scored, texts are written greedily, many at a time. An answer is kept under the content of model,
/// image, prompt and settings, so the same question is asked once, in whatever benchmark it stands.
/// </summary>
public static class Asking
{
    sealed record Question(string Key, Item Item, ImageSource? Image);

    /// <summary>Asks what has no answer yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="items">The items.</param>
    /// <param name="settings">How they are put.</param>
    /// <param name="kept">Has the answers of before and gets those of now, batch by batch.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <returns>An answer for each item.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="UserException">An image cannot be read, a prompt has a second image tag, or the answers cannot be kept.</exception>
    public static ImmutableArray<Answer> Ask(
        AskedModel model,
        IReadOnlyList<Item> items,
        AskSettings settings,
        KeyedLines<Answer> kept,
        CancellationToken stop
    )
    {
        var questions = Questions(model, items, settings);
        var open = questions.Where(question => kept.Find(question.Key) is null).DistinctBy(question => question.Key).ToArray();
        foreach (var batch in Batches(model, open, settings))
        {
            stop.ThrowIfCancellationRequested();
            var answers = batch[0].Item.Task is ItemTask.Choose ? Choose(model, batch, settings) : Write(model, batch, settings);
            foreach (var (question, answer) in batch.Zip(answers))
            {
                kept.Add(question.Key, answer);
            }
        }

        return [.. questions.Select(question => kept.Find(question.Key)! with { Item = question.Item.Id })];
    }

    static Question[] Questions(AskedModel model, IReadOnlyList<Item> items, AskSettings settings)
    {
        var shown = items.Select(item => settings.WithImages ? item.Image : null).ToArray();
        RequirePlaceholders(model, items.Zip(shown), settings);
        var contents = shown.OfType<ImageSource>().Distinct().ToDictionary(image => image, ImageContent.Of);
        return
        [
            .. items.Zip(
                shown,
                (item, image) => new Question(KeyOf(model, item, image is null ? "" : contents[image], settings), item, image)
            ),
        ];
    }

    /// <summary>As in training: a question with an image and a second image tag written out in its text cannot be put.</summary>
    static void RequirePlaceholders(AskedModel model, IEnumerable<(Item Item, ImageSource? Image)> questions, AskSettings settings)
    {
        foreach (var (item, _) in questions.Where(question => question.Image is not null))
        {
            var tags = model.Chat.Prompt("", item.Prompt, 1, settings.Behaviour).Count(id => id == model.Chat.ImageToken);
            if (tags != 1)
            {
                throw new UserException(
                    $"{item.Id}: its prompt has {tags} image tags and one image. Take the tag out of the text, or ask with Behaviour.Corrected, where it stays text."
                );
            }
        }
    }

    static string KeyOf(AskedModel model, Item item, string image, AskSettings settings)
    {
        string[] asked = item.Task switch
        {
            ItemTask.Choose choice => ["choose", .. choice.Options],
            ItemTask.Write write => ["write", $"{write.MaxNewTokens}"],
            _ => throw new ArgumentException($"{item.Id} has a task that is not known.", nameof(item)),
        };
        return ContentHash.Of(JsonSerializer.Serialize<string[]>([model.Content, $"{settings.Behaviour}", image, item.Prompt, .. asked]));
    }

    // Prompts of one length need no padding.
    static IEnumerable<Question[]> Batches(AskedModel model, IReadOnlyList<Question> open, AskSettings settings) =>
        open.GroupBy(question =>
                question.Item.Task is ItemTask.Write write
                    ? (Prompt(model, question, settings).Length, question.Image is not null, write.MaxNewTokens)
                    : default
            )
            .SelectMany(alike => alike.Chunk(settings.Batch));

    static IEnumerable<Answer> Choose(AskedModel model, Question[] batch, AskSettings settings)
    {
        ScoredRow[] rows =
        [
            .. batch.SelectMany(question =>
                ((ItemTask.Choose)question.Item.Task).Options.Select(option => new ScoredRow(
                    model.Chat.Encode(
                        "",
                        question.Item.Prompt,
                        option,
                        question.Image is null ? 0 : 1,
                        maxTextLength: int.MaxValue,
                        settings.Behaviour
                    ),
                    question.Image
                ))
            ),
        ];
        var sums = new Queue<double>(TokenScoring.LogProbs(model.Network, rows, model.Images).Select(labels => labels.Sum()));
        return batch.Select(question => new Answer(
            question.Item.Id,
            Run: 0,
            "",
            [.. ((ItemTask.Choose)question.Item.Task).Options.Select(_ => sums.Dequeue())]
        ));
    }

    static IEnumerable<Answer> Write(AskedModel model, Question[] batch, AskSettings settings)
    {
        using var scope = NewDisposeScope();
        var prompts = batch.Select(question => Prompt(model, question, settings)).ToArray();
        var ids = tensor(prompts.SelectMany(prompt => prompt.Select(id => (long)id)).ToArray(), [batch.Length, prompts[0].Length]);
        ImageSource[] images = [.. batch.Select(question => question.Image).OfType<ImageSource>()];
        using var generation = Models.Generator.GreedyFromFeatures(
            model.Network,
            ids,
            images.Length == 0 ? [] : model.Images.Of(images),
            model.Chat.StopIds,
            ((ItemTask.Write)batch[0].Item.Task).MaxNewTokens
        );
        return
        [
            .. batch.Zip(
                generation.Tokens,
                (question, tokens) =>
                    new Answer(
                        question.Item.Id,
                        Run: 0,
                        model.Tokenizer.Decode(tokens.TakeWhile(token => !model.Chat.StopIds.Contains(token)), skipSpecialTokens: true),
                        []
                    )
            ),
        ];
    }

    static ImmutableArray<int> Prompt(AskedModel model, Question question, AskSettings settings) =>
        model.Chat.ExpandImages(
            model.Chat.Prompt("", question.Item.Prompt, question.Image is null ? 0 : 1, settings.Behaviour),
            question.Image is null ? [] : [model.Network.Config.ImageTokens(model.Images.SizeOf(question.Image)).Count]
        );
}
