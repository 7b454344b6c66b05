using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>MMHal-Bench (Sun et al. 2023): open questions of eight types; a judge that knows what the image shows rates hallucination.</summary>
static class MmHal
{
    const int MaxNewTokens = 1024;
    const string QuestionFile = "mmhal-bench_with_image_eval.jsonl";

    /// <summary>In the order in which the official files go through them.</summary>
    static readonly ImmutableArray<string> Types =
    [
        "attribute",
        "adversarial",
        "comparison",
        "counting",
        "relation",
        "environment",
        "holistic",
        "other",
    ];

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "MMHal-Bench",
            Domain = "hallucination",
            About = "96 open questions of eight types; a score from 0 to 6, and the rate of answers below 3",
            Count = 96,
            Licence = "Apache-2.0 (as far as known)",
            Size = "174 MB",
            Judge = "gpt-4-turbo",
            From =
            [
                new(
                    Layout.Official,
                    "https://huggingface.co/datasets/Shengcao1006/MMHal-Bench (test_data.zip)",
                    "hf download Shengcao1006/MMHal-Bench --repo-type dataset --local-dir ROOT/MMHal-Bench; test_data.zip as it is, or unpacked"
                ),
                new(
                    "RLHF-V's files",
                    "the official S-VCO repository, eval_vlm/playground/data/eval/halbench",
                    "RLHF-V/eval/data to ROOT/halbench/RLHF-V/eval/data, each image_src of the template to ROOT/halbench/RLHF-V/images/mmhal/<image_id>.jpg"
                ),
            ],
            Metrics = PaperMetrics.MmHal,
            Layouts =
            [
                new(Layout.Official, 96, Layout.Beside("mmhal-bench_answer_template.json"), Official),
                new($"{Layout.Official} of the hub", 96, Layout.Beside("response_template.json"), Official),
            ],
        };

    static ImmutableArray<Item> Official(LayoutPlace place, Reading reading)
    {
        Row[] template = [.. JsonRows.List(place.Files[0])];
        var asked = place.Folder.Find(QuestionFile) is { } questions ? JsonRows.Lines(questions).ToArray() : null;
        if (asked is not null && asked.Length != template.Length)
        {
            reading.Fault(
                "the two files differ in their number of questions",
                $"{QuestionFile} {asked.Length}, {place.Files[0].Name} {template.Length}"
            );
            return [];
        }

        return reading.Items(template, (row, number) => ItemOf(row, asked?[number], number, place.Folder, reading));
    }

    static Item ItemOf(Row row, Row? asked, int number, DataFolder folder, Reading reading)
    {
        var (id, question, type) = (row.Text("image_id"), row.Text("question"), row.Text("question_type"));
        // Answers are merged into the template by their place.
        if (asked is not null && asked.Text("question_id") != id)
        {
            throw new RowException($"{QuestionFile} has another question in this place", asked.Text("question_id"));
        }

        if (type != Types[number % Types.Length])
        {
            reading.Fault(
                "question_type is not the one that goes by the place",
                $"{row.Place}: {type} instead of {Types[number % Types.Length]}"
            );
        }

        var source = row.TextOrNull("image_src") ?? "";
        string[] names = [asked?.TextOrNull("image") ?? $"{id}.jpg", source[(source.LastIndexOf('/') + 1)..]];
        var image = new[] { folder.Up.Up, folder }
            .SelectMany(home => names.SelectMany(name => new[] { $"images/mmhal/{name}", $"images/{name}" }).Select(home.Find))
            .Concat(names.Select(name => reading.InZip("test_data.zip", $"images/{name}")))
            .FirstOrDefault(file => file is not null);
        var text = asked?.Text("text") ?? question;
        return new(
            id,
            type,
            id,
            reading.Image(row, image, $"images/mmhal/{names[0]} in {folder.Up.Up.Shown}, or images/{names[0]} in {folder.Shown}"),
            text,
            new ItemTask.Write(
                new MmHalJudge(row.Texts("image_content"), question, row.Text("gt_answer"), reading.Settings.Prompts),
                MaxNewTokens
            )
        );
    }
}
