using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>RealWorldQA (xAI 2024): questions about photographs, many from vehicles; the text says itself how to answer.</summary>
static class RealWorldQa
{
    const int MaxNewTokens = 128;

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "RealWorldQA",
            Domain = "vision-centric",
            About = "765 questions about photographs: 438 for an option's letter, 327 for a word or a number",
            Count = 765,
            Licence = "CC BY-ND 4.0",
            Size = "678 MB",
            From =
            [
                new(
                    Layout.Hub,
                    "https://huggingface.co/datasets/xai-org/RealworldQA",
                    "hf download xai-org/RealworldQA --repo-type dataset --local-dir ROOT/hub/RealworldQA"
                ),
                new(
                    Layout.Official,
                    "the official S-VCO repository, eval_vlm/playground/data/eval/realworldqa",
                    "llava_test_realworldqa.jsonl to ROOT/realworldqa, the images that its preparation script makes to ROOT/realworldqa/images"
                ),
            ],
            Metrics = PaperMetrics.RealWorldQa,
            Layouts =
            [
                new(
                    Layout.Official,
                    765,
                    Layout.Beside("llava_test_realworldqa.jsonl"),
                    (place, reading) =>
                        reading.Items(
                            JsonRows.Lines(place.Files[0]),
                            (row, _) =>
                                ItemOf(
                                    row.Text("question_id"),
                                    row.Text("text"),
                                    row,
                                    reading.Image(row, place.Folder, $"images/{row.Text("image")}")
                                )
                        )
                ),
                new(
                    Layout.Hub,
                    765,
                    Layout.Parquet(["RealworldQA"], ["test"]),
                    (place, reading) =>
                    {
                        reading.Warn(
                            "the images are the original ones; the official preparation script encodes them again as lossy WebP, so pixels differ a little"
                        );
                        return reading.Items(
                            Layout.Rows(place, reading, ["image", "question", "answer"]),
                            (row, number) => ItemOf($"{number + 1}", row.Text("question"), row, Reading.ImageIn(row))
                        );
                    }
                ),
            ],
        };

    static Item ItemOf(string id, string text, Row row, ImageSource image)
    {
        var answer = row.Text("answer");
        var asksForLetter = RealWorldQaGrader.IsLetterQuestion(text);
        var grader = new RealWorldQaGrader(answer, asksForLetter);
        if (asksForLetter && OfficialText.OptionLines(WithoutLastLine(text)) is { Length: > 0 } options)
        {
            OfficialText.OptionOf(answer, options.Length);
            grader = grader with { Options = options };
        }

        return new(id, "", id, image, text, new ItemTask.Write(grader, MaxNewTokens))
        {
            Tags = [asksForLetter ? "letter questions" : "free questions"],
        };
    }

    /// <summary>The last line says how to answer.</summary>
    static string WithoutLastLine(string text) => text.LastIndexOf('\n') is >= 0 and var end ? text[..end] : text;
}
