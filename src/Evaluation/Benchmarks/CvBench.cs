using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>
/// CV-Bench (Tong et al. 2024): counting and relations in the plane, depth and distance in space. 2D is the mean of ADE20K and COCO, 3D is
/// Omni3D, and the whole is the mean of both.
/// </summary>
static class CvBench
{
    const int MaxNewTokens = 128;

    static readonly string[] Tables = ["CV-Bench-2D.tsv", "CV-Bench-3D.tsv"];
    static readonly string[] Splits = ["test", "test_2d", "test_3d"];
    static readonly string[] Columns = ["idx", "type", "task", "choices", "answer", "prompt", "source"];

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "CV-Bench",
            Domain = "vision-centric",
            About = "2638 questions with two to six options: count and relation (2D), depth and distance (3D)",
            Count = 2638,
            Licence = "Apache-2.0 (as a derived card says)",
            Size = "405 MB",
            From =
            [
                new(
                    Layout.Hub,
                    "https://huggingface.co/datasets/nyu-visionx/CV-Bench (test_2d.parquet 185 MB, test_3d.parquet 220 MB)",
                    "hf download nyu-visionx/CV-Bench test_2d.parquet test_3d.parquet --repo-type dataset --local-dir ROOT/hub/CV-Bench"
                ),
                new(
                    Layout.Official,
                    "the official S-VCO repository, eval_vlm/playground/data/eval/cvbench",
                    "cvbench_test.jsonl to ROOT/cvbench, its images to ROOT/cvbench/img (the hub's repository has no img any more; its build_img.py makes it)"
                ),
                new(Layout.Tsv, "VLMEvalKit's CV-Bench-2D.tsv and CV-Bench-3D.tsv", "copy both from LMUData to ROOT"),
            ],
            Metrics = PaperMetrics.CvBench,
            Layouts =
            [
                new(
                    Layout.Official,
                    2638,
                    tree => Layout.Beside("cvbench_test.jsonl")(tree).Concat(Layout.Beside("test.jsonl", "build_img.py")(tree)),
                    (place, reading) =>
                        reading.Items(
                            JsonRows.Lines(place.Files[0]),
                            (row, _) =>
                                ItemOf(row, reading.Image(row, place.Folder, $"img/{row.TextOrNull("image") ?? row.Text("filename")}"))
                        )
                ),
                new(
                    Layout.Hub,
                    2638,
                    tree => Layout.Parquet(["CV-Bench"], Splits)(tree).Select(WithoutDoubles),
                    (place, reading) =>
                    {
                        // Both halves are one table; the whole of former times has both.
                        Layout.RequireAll(
                            place,
                            reading,
                            place.Files.Any(file => file.Name == "test.parquet") ? [] : ["test_2d.parquet", "test_3d.parquet"]
                        );
                        return reading.Items(
                            Layout.Rows(place, reading, [.. Columns, "image"]),
                            (row, _) => ItemOf(row, Reading.ImageIn(row))
                        );
                    }
                ),
                new(
                    Layout.Tsv,
                    2638,
                    Layout.Tables(Tables),
                    (place, reading) =>
                    {
                        Layout.RequireAll(place, reading, Tables);
                        return reading.Items(
                            place.Files.SelectMany(file =>
                                CsvRows.WithImages(file, reading, "prompt", "answer", "category", "split", "source", "A", "B")
                            ),
                            (row, _) =>
                                ItemOf(
                                    row.Text("index"),
                                    row.Text("split"),
                                    row.Text("category"),
                                    row.Text("source"),
                                    row.Text("prompt"),
                                    row.Text("answer"),
                                    OfficialText.OptionColumns(row),
                                    Reading.ImageIn(row)
                                )
                        );
                    }
                ),
            ],
        };

    static LayoutPlace WithoutDoubles(LayoutPlace place) =>
        place.Files.FirstOrDefault(file => file.Name == "test.parquet") is { } whole ? place with { Files = [whole] } : place;

    static Item ItemOf(Row row, ImageSource image) =>
        ItemOf(
            row.Text("idx"),
            row.Text("type"),
            row.Text("task"),
            row.Text("source"),
            row.Text("prompt"),
            row.Text("answer"),
            row.Texts("choices"),
            image
        );

    static Item ItemOf(
        string id,
        string type,
        string task,
        string source,
        string prompt,
        string answer,
        ImmutableArray<string> options,
        ImageSource image
    ) =>
        new(
            id,
            $"{type}/{source}",
            id,
            image,
            OfficialText.AskForLetter(prompt),
            new ItemTask.Write(
                new LabelGrader($"({OfficialText.Letter(OfficialText.OptionOf(answer, options.Length))})", options),
                MaxNewTokens
            )
        )
        {
            Tags = [task],
        };
}
