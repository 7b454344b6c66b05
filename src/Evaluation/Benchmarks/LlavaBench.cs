using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>
/// LLaVA-Bench in the wild (Liu et al. 2023): open questions on a few images; a judge that reads a caption grades a reference answer and the
/// model's, and the ratio of the means is the number.
/// </summary>
static class LlavaBench
{
    const int MaxNewTokens = 1024;
    const string ContextFile = "context.jsonl";
    const string AnswerFile = "answers_gpt4.jsonl";

    static readonly ImmutableHashSet<string> Categories = ["conv", "detail", "complex"];

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "LLaVA-Bench",
            Domain = "general",
            About = "60 open questions on 24 images: 17 conversation, 15 detail, 28 complex reasoning; relative to a reference answer",
            Count = 60,
            Licence = "not found",
            Size = "below 100 MB",
            Judge = "gpt-4-0613",
            From =
            [
                new(
                    Layout.Official,
                    "https://huggingface.co/datasets/liuhaotian/llava-bench-in-the-wild",
                    "hf download liuhaotian/llava-bench-in-the-wild --repo-type dataset --local-dir ROOT/llava-bench-in-the-wild"
                ),
                new(
                    Layout.Hub,
                    "https://huggingface.co/datasets/lmms-lab/llava-bench-in-the-wild",
                    "hf download lmms-lab/llava-bench-in-the-wild --repo-type dataset --local-dir ROOT/hub/llava-bench-in-the-wild"
                ),
                new(Layout.Tsv, "VLMEvalKit's LLaVABench.tsv", "copy it from LMUData to ROOT"),
            ],
            Metrics = PaperMetrics.LlavaBench,
            Layouts =
            [
                new(Layout.Official, 60, Layout.Beside("questions.jsonl", ContextFile), Official),
                new(
                    Layout.Hub,
                    60,
                    Layout.Parquet(["llava-bench-in-the-wild"], ["train", "test"]),
                    (place, reading) =>
                        reading.Items(
                            Layout.Rows(place, reading, ["question_id", "question", "category", "gpt_answer", "caption", "image"]),
                            (row, _) =>
                                ItemOf(
                                    row.Text("question_id"),
                                    row.Text("category"),
                                    row.Text("question"),
                                    row.Text("caption"),
                                    row.Text("gpt_answer"),
                                    Reading.ImageIn(row),
                                    reading
                                )
                        )
                ),
                new(
                    Layout.Tsv,
                    60,
                    Layout.Tables("LLaVABench.tsv"),
                    (place, reading) =>
                        reading.Items(
                            CsvRows.WithImages(place.Files[0], reading, "question", "caption", "gpt4_ans", "category"),
                            (row, _) =>
                                ItemOf(
                                    row.Text("index"),
                                    row.Text("category"),
                                    row.Text("question"),
                                    row.Text("caption"),
                                    row.Text("gpt4_ans"),
                                    Reading.ImageIn(row),
                                    reading
                                )
                        )
                ),
            ],
        };

    static ImmutableArray<Item> Official(LayoutPlace place, Reading reading)
    {
        if (place.Folder.Find(AnswerFile) is not { } answerFile)
        {
            reading.Fault("files are missing", $"{AnswerFile} in {place.Folder.Shown}");
            return [];
        }

        var captions = ByName(JsonRows.Lines(place.Folder.Find(ContextFile)!), "image");
        var answers = ByName(JsonRows.Lines(answerFile), "question_id");
        return reading.Items(
            JsonRows.Lines(place.Files[0]),
            (row, _) =>
            {
                var (id, image) = (row.Text("question_id"), row.Text("image"));
                return ItemOf(
                    id,
                    row.Text("category"),
                    row.Text("text"),
                    Caption(captions.GetValueOrDefault(image) ?? throw new RowException($"{ContextFile} has no such image", image)),
                    (answers.GetValueOrDefault(id) ?? throw new RowException($"{AnswerFile} has no such question", id)).Text("text"),
                    reading.Image(row, place.Folder, $"images/{image}"),
                    reading
                );
            }
        );
    }

    /// <summary>Rows by a field, the last one of equal names as in the official script.</summary>
    static Dictionary<string, Row> ByName(IEnumerable<Row> rows, string field)
    {
        var named = new Dictionary<string, Row>();
        foreach (var row in rows)
        {
            named[row.TextOrNull(field) ?? ""] = row;
        }

        return named;
    }

    /// <summary>A caption may be several sentences.</summary>
    static string Caption(Row row) => row.Fields["caption"] is JsonArray ? string.Join('\n', row.Texts("caption")) : row.Text("caption");

    static Item ItemOf(string id, string category, string question, string context, string reference, ImageSource image, Reading reading) =>
        Categories.Contains(category)
            ? new(
                id,
                category,
                id,
                image,
                question,
                new ItemTask.Write(new LlavaBenchJudge(category, context, question, reference, reading.Settings.Prompts), MaxNewTokens)
            )
            : throw new RowException($"category is none of {string.Join(", ", Categories.Order())}", category);
}
