using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>ScienceQA (Lu et al. 2022), its test split: school questions with two to five choices, about half of them with an image.</summary>
static class ScienceQa
{
    const int MaxNewTokens = 128;
    const int WithImage = 2017;
    const string Tag = "<image>";

    static readonly string[] Repositories = ["ScienceQA"];

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "ScienceQA",
            Domain = "knowledge",
            About = "4241 questions with two to five choices, 2017 of them with an image; the paper reports those",
            Count = 4241,
            Licence = "CC BY-NC-SA 4.0 (a copy on the hub says CC BY-SA 4.0)",
            Size = "below 1 GB",
            From =
            [
                new(
                    $"{Layout.Hub}, all questions",
                    "https://huggingface.co/datasets/lmms-lab/ScienceQA (folder ScienceQA-FULL)",
                    "hf download lmms-lab/ScienceQA --include 'ScienceQA-FULL/test-*' --repo-type dataset --local-dir ROOT/hub/ScienceQA"
                ),
                new(
                    Layout.Official,
                    "https://scienceqa.github.io (problems.json, pid_splits.json, test.zip) and llava_test_CQM-A.json of the official repository",
                    "all to ROOT/scienceqa; the images of test.zip to ROOT/scienceqa/images/test, or test.zip as it is"
                ),
                new(Layout.Tsv, "VLMEvalKit's ScienceQA_TEST.tsv (image questions only)", "copy it from LMUData to ROOT"),
            ],
            Metrics = PaperMetrics.ScienceQa,
            Layouts =
            [
                new(Layout.Official, 4241, Layout.Beside("llava_test_CQM-A.json"), Official),
                new(
                    $"{Layout.Hub}, all questions",
                    4241,
                    tree => Layout.Parquet(Repositories, ["test"])(tree).Where(place => !OnlyImages(place)),
                    (place, reading) => Hub(place, reading)
                ),
                new(
                    $"{Layout.Hub}, image questions",
                    WithImage,
                    tree => Layout.Parquet(Repositories, ["test"])(tree).Where(OnlyImages),
                    (place, reading) => Hub(place, reading)
                ),
                new(Layout.Tsv, WithImage, Layout.Tables("ScienceQA_TEST.tsv"), Tsv),
            ],
        };

    static bool OnlyImages(LayoutPlace place) => place.Folder.Names[^1].EndsWith("-IMG", StringComparison.OrdinalIgnoreCase);

    static ImmutableArray<Item> Official(LayoutPlace place, Reading reading)
    {
        var problems = place.Folder.Find("problems.json") is { } file ? JsonRows.Named(file) : null;
        if (problems is null)
        {
            reading.Warn("there is no problems.json: choices and answers are those that the questions' own texts give");
        }

        var items = reading.Items(JsonRows.List(place.Files[0]), (row, _) => OfficialItem(row, place.Folder, problems, reading));
        RequireSplit(place, reading, items);
        return items;
    }

    static Item OfficialItem(Row row, DataFolder folder, IReadOnlyDictionary<string, Row>? problems, Reading reading)
    {
        var id = row.Text("id");
        var text = Turn(row, "human");
        var problem = problems is null
            ? null
            : problems.GetValueOrDefault(id) ?? throw new RowException("problems.json lacks questions", id);
        var choices = problem?.Texts("choices") ?? OfficialText.OptionLines(text);
        var answer = problem?.Number("answer") ?? OfficialText.OptionOf(Turn(row, "gpt"), choices.Length);
        var image = row.TextOrNull("image") is { } name
            ? reading.Image(
                row,
                folder.FindAny($"images/test/{name}", $"test/{name}")
                    ?? reading.InZip("test.zip", $"test/{name}")
                    ?? reading.InZip("test.zip", name),
                $"{folder.Shown}/images/test/{name}"
            )
            : null;
        return ItemOf(id, WithoutTag(text, reading.Settings.Behaviour), choices, answer, image, problem?.TextOrNull("subject"));
    }

    /// <summary>All questions of the official split count, so all must be there.</summary>
    static void RequireSplit(LayoutPlace place, Reading reading, ImmutableArray<Item> items)
    {
        if (place.Folder.Find("pid_splits.json") is not { } splits)
        {
            return;
        }

        var asked = items.Select(item => item.Id).ToHashSet();
        foreach (var id in JsonRows.Texts(splits, "test").Where(id => !asked.Contains(id)))
        {
            reading.Fault($"questions of the test split are missing in {place.Files[0].Name}", id);
        }
    }

    static string Turn(Row row, string who) =>
        JsonRows.Inner(row, "conversations").FirstOrDefault(turn => turn.TextOrNull("from") == who)?.Text("value")
        ?? throw new RowException($"conversations have no turn of {who}");

    /// <summary>The official script takes out every tag; a careful one the first, which is the image's.</summary>
    static string WithoutTag(string text, Behaviour behaviour) =>
        behaviour == Behaviour.Official ? text.Replace(Tag, "", StringComparison.Ordinal).Trim()
        : text.StartsWith(Tag, StringComparison.Ordinal) ? text[Tag.Length..].Trim()
        : text.Trim();

    static ImmutableArray<Item> Hub(LayoutPlace place, Reading reading) =>
        reading.Items(
            Layout.Rows(place, reading, ["image", "question", "choices", "answer", "hint"], ["subject"]),
            (row, number) =>
                ItemOf(
                    $"{number}",
                    TextOf(row, row.Texts("choices"), reading.Settings.Behaviour),
                    row.Texts("choices"),
                    row.Number("answer"),
                    row.Image,
                    row.TextOrNull("subject")
                )
        );

    static ImmutableArray<Item> Tsv(LayoutPlace place, Reading reading) =>
        reading.Items(
            CsvRows.WithImages(place.Files[0], reading, "question", "hint", "A", "B", "answer"),
            (row, _) =>
            {
                var choices = OfficialText.OptionColumns(row);
                return ItemOf(
                    row.Text("index"),
                    TextOf(row, choices, reading.Settings.Behaviour),
                    choices,
                    OfficialText.OptionOf(row.Text("answer"), choices.Length),
                    row.Image,
                    null
                );
            }
        );

    /// <summary>The text as the official question file has it, in which no two spaces follow each other; the official script then takes out tags.</summary>
    static string TextOf(Row row, ImmutableArray<string> choices, Behaviour behaviour)
    {
        var text = string.Join(
                '\n',
                [
                    .. row.TextOrNull("hint")?.Trim() is { Length: > 0 } hint ? [$"Context: {hint}"] : Array.Empty<string>(),
                    row.Text("question"),
                    .. choices.Select((choice, index) => $"{OfficialText.Letter(index)}. {choice}"),
                ]
            )
            .Replace("  ", " ", StringComparison.Ordinal)
            .Trim();
        return behaviour == Behaviour.Official ? WithoutTag(text, behaviour) : text;
    }

    static Item ItemOf(string id, string text, ImmutableArray<string> choices, int answer, ImageSource? image, string? subject) =>
        answer < 0 || answer >= choices.Length
            ? throw new RowException("answer is outside the options", $"{answer} of {choices.Length}")
            : new(
                id,
                "",
                id,
                image,
                OfficialText.AskForLetter(text),
                new ItemTask.Write(new ScienceQaGrader(choices, answer), MaxNewTokens)
            )
            {
                Tags =
                [
                    .. image is null ? Array.Empty<string>() : [PaperMetrics.WithImage],
                    .. subject is null ? Array.Empty<string>() : [subject],
                ],
            };
}
