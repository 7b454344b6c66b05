using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>MM-Vet (Yu et al. 2024): open questions that need several capabilities at once, graded by a judge.</summary>
static partial class MmVet
{
    const int MaxNewTokens = 256;

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "MM-Vet",
            Domain = "general",
            About = "218 open questions, each for some of six capabilities: recognition, OCR, knowledge, generation, space, mathematics",
            Count = 218,
            Licence = "non-commercial research (the hub's card: CC BY-NC 4.0)",
            Size = "below 100 MB",
            Judge = "gpt-4-0613",
            From =
            [
                new(
                    Layout.Official,
                    "https://github.com/yuweihao/MM-Vet (mm-vet.zip of its releases)",
                    "mm-vet.zip to ROOT as it is, or what is in it to ROOT/mm-vet"
                ),
                new(
                    Layout.Hub,
                    "https://huggingface.co/datasets/lmms-lab/MMVet",
                    "hf download lmms-lab/MMVet --repo-type dataset --local-dir ROOT/hub/MMVet"
                ),
                new(Layout.Tsv, "VLMEvalKit's MMVet.tsv", "copy it from LMUData to ROOT"),
            ],
            Metrics = PaperMetrics.MmVet,
            Layouts =
            [
                new(Layout.Official, 218, Layout.Beside("mm-vet.json"), Official),
                new(
                    Layout.Hub,
                    218,
                    Layout.Parquet(["MMVet", "MM-Vet"], ["test"]),
                    (place, reading) =>
                        reading.Items(
                            Layout.Rows(place, reading, ["question_id", "question", "answer", "capability", "image"]),
                            (row, _) =>
                                ItemOf(
                                    row.Text("question_id"),
                                    row.Text("question"),
                                    row,
                                    row.Text("capability").Split(','),
                                    Reading.ImageIn(row),
                                    reading
                                )
                        )
                ),
                new(
                    Layout.Tsv,
                    218,
                    Layout.Tables("MMVet.tsv"),
                    (place, reading) =>
                        reading.Items(
                            CsvRows.WithImages(place.Files[0], reading, "question", "answer", "category"),
                            (row, _) =>
                                ItemOf(
                                    $"v1_{row.Text("index")}",
                                    row.Text("question"),
                                    row,
                                    row.Text("category").Split(','),
                                    Reading.ImageIn(row),
                                    reading
                                )
                        )
                ),
            ],
        };

    static ImmutableArray<Item> Official(LayoutPlace place, Reading reading)
    {
        var answers = JsonRows.Named(place.Files[0]);
        // The model is asked what LLaVA's question file says; the zip file of the benchmark itself has none.
        var asked = place.Folder.Find("llava-mm-vet.jsonl") is { } questions
            ? JsonRows.Lines(questions).Select(row => (Row: row, Id: Func(row), Text: "text", Image: "image"))
            : answers
                .OrderBy(one => NumberOf(one.Key))
                .Select(one => (Row: one.Value, Id: (Func<string>)(() => one.Key), Text: "question", Image: "imagename"));
        var fields = asked.ToArray();
        var items = reading.Items(
            fields.Select(one => one.Row),
            (row, number) =>
            {
                var (_, idOf, text, image) = fields[number];
                var id = idOf();
                var answer = answers.GetValueOrDefault(id) ?? throw new RowException($"{place.Files[0].Name} has no such question", id);
                return ItemOf(
                    id,
                    row.Text(text),
                    answer,
                    answer.Texts("capability"),
                    reading.Image(row, place.Folder, $"images/{row.Text(image)}"),
                    reading
                );
            }
        );
        foreach (var id in answers.Keys.Except(items.Select(item => item.Id)))
        {
            reading.Fault("questions are in mm-vet.json alone", id);
        }

        return items;

        static Func<string> Func(Row row) => () => $"v1_{row.Text("question_id")}";
    }

    static int NumberOf(string id) =>
        Digits().Match(id) is { Success: true } digits && int.TryParse(digits.Value, out var number) ? number : 0;

    static Item ItemOf(string id, string text, Row answer, IEnumerable<string> capabilities, ImageSource image, Reading reading)
    {
        string[] names = [.. capabilities.Select(name => name.Trim()).Where(name => name.Length > 0)];
        return names.Length == 0
            ? throw new RowException("capability is missing")
            : new(
                id,
                "",
                id,
                image,
                text,
                new ItemTask.Write(new MmVetJudge(text, answer.Text("answer"), reading.Settings.Prompts), MaxNewTokens)
            )
            {
                Tags = MmVetTags.Of(names),
            };
    }

    [GeneratedRegex(@"\d+$")]
    private static partial Regex Digits();
}
