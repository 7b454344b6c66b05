using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Files;
using SVco.Training;
using SVco.Training.Caching;

namespace SVco.Evaluation.Answers;

/// <summary>
/// Puts items to a model: options are scored, texts are written, many at a time. An answer is kept under the content of model, image,
/// prompt and settings, so the same question is asked once, in whatever benchmark it stands.
/// </summary>
public static class Asking
{
    /// <summary>Asks what has no answer yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="items">The items.</param>
    /// <param name="settings">How they are put.</param>
    /// <param name="kept">Has the answers of before and gets those of now, a written one as soon as it has ended.</param>
    /// <param name="stop">Ends it between two batches of options, or two tokens.</param>
    /// <returns>The items' answers in the order of the items: one for options, <see cref="AskSettings.Runs"/> for a text.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="UserException">
    /// An image cannot be read, a prompt has a second image tag, several runs would all be the same, there is too little memory, or the answers
    /// cannot be kept.
    /// </exception>
    public static ImmutableArray<Answer> Ask(
        AskedModel model,
        IReadOnlyList<Item> items,
        AskSettings settings,
        KeyedLines<Answer> kept,
        CancellationToken stop
    )
    {
        if (settings is { Runs: not 1, Sampling: null })
        {
            throw new UserException(
                $"{settings.Runs} runs are asked for and no temperature: the most likely answer is the same each time. Ask for one run, or set a temperature."
            );
        }

        var questions = Questions(model, items, settings);
        var open = Open(model, questions, settings, kept);
        foreach (var batch in InBatches(open, settings))
        {
            stop.ThrowIfCancellationRequested();
            foreach (var (question, answer) in batch.Zip(Choose(model, batch, settings)))
            {
                kept.Add(question.Key, answer);
            }
        }

        foreach (var (question, written) in Writing.Write(model, [.. open.Where(IsWritten)], settings, stop))
        {
            kept.Add(question.Key, new Answer(question.Item.Id, question.Run, written.Text, []));
        }

        return [.. questions.Select(question => kept.Find(question.Key)! with { Item = question.Item.Id, Run = question.Run })];
    }

    /// <summary>How many questions have no answer yet. Weights are not needed for it.</summary>
    /// <exception cref="UserException">An image cannot be read, or a prompt has a second image tag.</exception>
    public static int CountOpen(AskedModel model, IReadOnlyList<Item> items, AskSettings settings, KeyedLines<Answer> kept) =>
        Open(model, Questions(model, items, settings), settings, kept).Length;

    /// <summary>The questions that have no answer yet, each once, which can all be put.</summary>
    static Question[] Open(AskedModel model, IEnumerable<Question> questions, AskSettings settings, KeyedLines<Answer> kept)
    {
        Question[] open = [.. questions.Where(question => kept.Find(question.Key) is null).DistinctBy(question => question.Key)];
        RequirePlaceholders(model, open, settings);
        return open;
    }

    static bool IsWritten(Question question) => question.Item.Task is ItemTask.Write;

    static Question[] Questions(AskedModel model, IReadOnlyList<Item> items, AskSettings settings)
    {
        var shown = items.Select(item => settings.WithImages ? item.Image : null).ToArray();
        var contents = shown.OfType<ImageSource>().Distinct().ToDictionary(image => image, ImageContent.Of);
        return
        [
            .. items
                .Zip(shown)
                .SelectMany(asked =>
                    Enumerable
                        .Range(0, asked.First.Task is ItemTask.Write ? settings.Runs : 1)
                        .Select(run => Put(asked.First, asked.Second, asked.Second is null ? "" : contents[asked.Second], run))
                ),
        ];

        Question Put(Item item, ImageSource? image, string content, int run)
        {
            var seed = SplitMix64.Derive(settings.Seed, string.Join('\n', run, content, item.Prompt));
            return new(KeyOf(model, item, content, settings, run, seed), item, image, run, seed);
        }
    }

    /// <summary>As in training: a question with an image and a second image tag written out in its text cannot be put.</summary>
    static void RequirePlaceholders(AskedModel model, IEnumerable<Question> questions, AskSettings settings)
    {
        foreach (var item in questions.Where(question => question.Image is not null).Select(question => question.Item))
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

    static string KeyOf(AskedModel model, Item item, string image, AskSettings settings, int run, ulong seed)
    {
        static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        string[] asked = item.Task switch
        {
            ItemTask.Choose choice => ["choose", .. choice.Options],
            ItemTask.Write write => ["write", $"{write.MaxNewTokens}", .. write.IsStripped ? ["stripped"] : Array.Empty<string>()],
            _ => throw new ArgumentException($"{item.Id} has a task that is not known.", nameof(item)),
        };
        string[] drawn =
            item.Task is ItemTask.Write && settings.Sampling is { } sampling
                ? ["drawn", Number(sampling.Temperature), Number(sampling.TopP), $"{run}", $"{seed}"]
                : [];
        return ContentHash.Of(
            JsonSerializer.Serialize<string[]>([model.Content, $"{settings.Behaviour}", image, item.Prompt, .. asked, .. drawn])
        );
    }

    /// <summary>The questions with options, those on one image beside each other: what they share is computed once for a batch.</summary>
    static IEnumerable<Question[]> InBatches(IEnumerable<Question> open, AskSettings settings) =>
        open.Where(question => !IsWritten(question))
            .GroupBy(question => (question.Image, question.Image is null))
            .SelectMany(alike => alike)
            .Chunk(settings.Batch);

    static IEnumerable<Answer> Choose(AskedModel model, Question[] batch, AskSettings settings)
    {
        RowToScore[] rows =
        [
            .. batch.SelectMany(question =>
                ((ItemTask.Choose)question.Item.Task).Options.Select(option => new RowToScore(
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
}
