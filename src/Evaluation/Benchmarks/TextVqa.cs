using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>TextVQA (Singh et al. 2019), its validation split: questions about text in images, with what ten people answered.</summary>
static class TextVqa
{
    const int MaxNewTokens = 128;
    const string TokenLine = "Reference OCR token: ";
    const string Instruction = "Answer the question using a single word or phrase.";
    const string Images = "train_images";

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "TextVQA",
            Domain = "OCR",
            About = "5000 questions on 3166 images with text in them, ten answers to each",
            Count = 5000,
            Licence = "CC BY 4.0 (as far as known)",
            Size = "7 GB (train_val_images.zip, of which only the asked images are unpacked)",
            From =
            [
                new(
                    Layout.Official,
                    "https://textvqa.org/dataset (TextVQA_0.5.1_val.json, train_val_images.zip) and llava_textvqa_val_v051_ocr.jsonl of the official repository",
                    "all to ROOT/textvqa; the zip file as it is, or its train_images"
                ),
                new(
                    Layout.Hub,
                    "https://huggingface.co/datasets/lmms-lab/textvqa",
                    "hf download lmms-lab/textvqa --include 'data/validation-*' --repo-type dataset --local-dir ROOT/hub/textvqa"
                ),
                new(Layout.Tsv, "VLMEvalKit's TextVQA_VAL.tsv", "copy it from LMUData to ROOT"),
            ],
            Metrics = PaperMetrics.TextVqa,
            Layouts =
            [
                new(Layout.Official, 5000, Layout.Beside("llava_textvqa_val_v051_ocr.jsonl"), Official),
                new(
                    Layout.Hub,
                    5000,
                    Layout.Parquet(["textvqa"], ["validation"]),
                    (place, reading) =>
                    {
                        reading.Warn("the hub's OCR tokens are not those of the official prompts, so prompts differ");
                        return reading.Items(
                            Layout.Rows(place, reading, ["question_id", "question", "answers", "ocr_tokens", "image"]),
                            (row, _) =>
                                ItemOf(
                                    row.Text("question_id"),
                                    Prompt(row.Text("question"), row.Texts("ocr_tokens")),
                                    row.Texts("answers"),
                                    Reading.ImageIn(row)
                                )
                        );
                    }
                ),
                new(
                    Layout.Tsv,
                    5000,
                    Layout.Tables("TextVQA_VAL.tsv"),
                    (place, reading) =>
                    {
                        reading.Warn("the TSV has no OCR tokens, so prompts lack the official line with them");
                        return reading.Items(
                            CsvRows.WithImages(place.Files[0], reading, "question", "answer"),
                            (row, _) =>
                                ItemOf(
                                    row.Text("index"),
                                    Prompt(row.Text("question"), []),
                                    PythonList.Parse(row.Text("answer")),
                                    Reading.ImageIn(row)
                                )
                        );
                    }
                ),
            ],
        };

    static ImmutableArray<Item> Official(LayoutPlace place, Reading reading)
    {
        const string annotations = "TextVQA_0.5.1_val.json";
        if (place.Folder.Find(annotations) is not { } file)
        {
            reading.Fault("files are missing", $"{annotations} in {place.Folder.Shown}");
            return [];
        }

        // The official grader finds the answers by image and question, the last entry of equal ones.
        Row[] people = [.. JsonRows.List(file, "data")];
        var last = new Dictionary<(string Image, string Question), Row>();
        foreach (var row in people)
        {
            last[KeyOf(row)] = row;
        }

        return reading.Items(
            JsonRows.Lines(place.Files[0]),
            (row, number) =>
            {
                var (id, text, image) = (row.Text("question_id"), row.Text("text"), row.Text("image"));
                var key = (
                    id,
                    TextVqaPrompt.Question(text) ?? throw new RowException("the text is no prompt in which the question can be told", text)
                );
                if (!last.TryGetValue(key, out var answered))
                {
                    throw new RowException($"{annotations} has no such question", $"image {id}: {key.Item2}");
                }

                var own = number < people.Length && KeyOf(people[number]) == key ? people[number] : answered;
                var found = place.Folder.Find($"{Images}/{image}") ?? reading.InZip("train_val_images.zip", $"{Images}/{image}");
                return ItemOf(
                    own.Text("question_id"),
                    text,
                    answered.Texts("answers"),
                    reading.Image(row, found, $"{place.Folder.Shown}/{Images}/{image}")
                );
            }
        );
    }

    static (string Image, string Question) KeyOf(Row row) => (row.Text("image_id"), TextVqaPrompt.Small(row.Text("question")));

    /// <summary>The official prompt of a question that is written small.</summary>
    static string Prompt(string question, ImmutableArray<string> tokens) =>
        string.Join(
            '\n',
            [
                char.ToUpperInvariant(question[0]) + question[1..],
                .. tokens.IsEmpty ? Array.Empty<string>() : [TokenLine + string.Join(", ", tokens)],
                Instruction,
            ]
        );

    static Item ItemOf(string id, string prompt, ImmutableArray<string> answers, ImageSource image) =>
        answers.IsEmpty
            ? throw new RowException("answers are missing")
            : new(id, "", id, image, prompt, new ItemTask.Write(new TextVqaGrader(answers), MaxNewTokens));
}
