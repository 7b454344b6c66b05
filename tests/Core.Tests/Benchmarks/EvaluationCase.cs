using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Tests;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>A recorded evaluation (golden/evaluation): the official answers of a model to the small question sets, and the judge's replies.</summary>
/// <param name="Key">Family, model, and with or without images, as "llava-1.5/base/with_image".</param>
sealed record EvaluationCase(string Key)
{
    static readonly Lazy<JsonElement> Judge = new(() => Golden.Json(PathOf("judge.json")));

    /// <summary>All that are recorded.</summary>
    public static IEnumerable<EvaluationCase> All =>
        Golden.Json(PathOf("scores.json")).EnumerateObject().Select(one => new EvaluationCase(one.Name));

    /// <summary>The official scores.</summary>
    public JsonElement Scores => Golden.Json(PathOf("scores.json")).GetProperty(Key);

    /// <summary>Every request that a judge got, beside the recorded one.</summary>
    public List<(string Benchmark, JudgeRequest Request, JsonElement Recorded)> Requests { get; } = [];

    public Graded Mmvp =>
        Graded.Of(Answers("MMVP").Select((one, row) => (Graded.Item($"{row}", Label(one), "", $"pair {row / 2}"), Text(one, "response"))));

    public Graded CvBench =>
        Graded.Of(
            Answers("cvbench")
                .Select(
                    (one, row) =>
                        (
                            Graded.Item(
                                $"{row}",
                                Label(one),
                                $"{(Text(one, "source") == "Omni3D" ? "3D" : "2D")}/{Text(one, "source")}"
                            ) with
                            {
                                Tags = [Text(one, "task")],
                            },
                            Text(one, "response")
                        )
                )
        );

    public Graded RealWorldQa =>
        Graded.Of(
            Answers("realworldqa")
                .Select(
                    (one, row) =>
                        (
                            Graded.Item(
                                $"{row}",
                                new RealWorldQaGrader(Text(one, "answer"), RealWorldQaGrader.IsLetterQuestion(Text(one, "prompt")))
                            ),
                            Text(one, "response")
                        )
                )
        );

    public Graded ScienceQa
    {
        get
        {
            var problems = Golden.Json(PathOf("data", "scienceqa", "problems.json"));
            return Graded.Of(
                Answers("scienceqa")
                    .Select(one =>
                        (
                            Graded.Item(Text(one, "question_id"), Science(problems.GetProperty(Text(one, "question_id")))) with
                            {
                                Tags = Text(one, "prompt").Contains("<image>") ? [PaperMetrics.WithImage] : [],
                            },
                            Text(one, "text")
                        )
                    )
            );
        }
    }

    public Graded TextVqa
    {
        get
        {
            var people = Golden
                .Json(PathOf("data", "textvqa", "TextVQA_0.5.1_val.json"))
                .GetProperty("data")
                .EnumerateArray()
                .ToDictionary(one => (Text(one, "image_id"), TextVqaPrompt.Small(Text(one, "question"))), one => Texts(one, "answers"));
            return Graded.Of(
                Answers("textvqa")
                    .Select(
                        (one, row) =>
                            (
                                Graded.Item(
                                    $"{row}",
                                    new TextVqaGrader(people[(Text(one, "question_id"), TextVqaPrompt.Question(Text(one, "prompt"))!)])
                                ),
                                Text(one, "text")
                            )
                    )
            );
        }
    }

    public Graded MmVet(JudgePrompts prompts)
    {
        var items = Golden.Json(PathOf("data", "mm-vet", "mm-vet.json"));
        return Judged(
            "mmvet",
            Answers("mmvet")
                .Select(one => (Id: $"v1_{one.GetProperty("question_id")}", Answer: Text(one, "text")))
                .Select(one =>
                    (
                        Graded.Item(
                            one.Id,
                            new MmVetJudge(Text(items.GetProperty(one.Id), "question"), Text(items.GetProperty(one.Id), "answer"), prompts)
                        ) with
                        {
                            Tags = MmVetTags.Of(Texts(items.GetProperty(one.Id), "capability")),
                        },
                        one.Answer
                    )
                )
        );
    }

    public Graded LlavaBench(JudgePrompts prompts)
    {
        var questions = Graded.Lines(PathOf("data", "llava-bench-in-the-wild", "questions.jsonl"));
        var references = Graded.Lines(PathOf("data", "llava-bench-in-the-wild", "answers_gpt4.jsonl"));
        var contexts = Graded
            .Lines(PathOf("data", "llava-bench-in-the-wild", "context.jsonl"))
            .ToDictionary(
                one => Text(one, "image"),
                one =>
                    one.GetProperty("caption").ValueKind == JsonValueKind.Array
                        ? string.Join('\n', Texts(one, "caption"))
                        : Text(one, "caption")
            );
        return Judged(
            "llavabench",
            Answers("llavabench")
                .Select(
                    (one, row) =>
                        (
                            Graded.Item(
                                $"{row}",
                                new LlavaBenchJudge(
                                    Text(questions[row], "category"),
                                    contexts[Text(questions[row], "image")],
                                    Text(questions[row], "text"),
                                    Text(references[row], "text"),
                                    prompts
                                ),
                                Text(questions[row], "category")
                            ),
                            Text(one, "text")
                        )
                )
        );
    }

    public Graded MmHal(JudgePrompts prompts)
    {
        var template = Golden.Json(PathOf("data", "halbench", "RLHF-V", "eval", "data", "mmhal-bench_answer_template.json"));
        return Judged(
            "mmhal",
            Answers("mmhal")
                .Select(
                    (one, row) =>
                        (
                            Graded.Item(
                                $"{row}",
                                new MmHalJudge(
                                    Texts(template[row], "image_content"),
                                    Text(template[row], "question"),
                                    Text(template[row], "gt_answer"),
                                    prompts
                                ),
                                Text(template[row], "question_type")
                            ),
                            Text(one, "text")
                        )
                )
        );
    }

    Graded Judged(string benchmark, IEnumerable<(Item Item, string Answer)> answers)
    {
        var all = answers.ToArray();
        var recorded = Judge.Value.GetProperty(Key).GetProperty(benchmark);
        return new(
            [.. all.Select(one => one.Item)],
            [
                .. all.Select(
                    (one, row) =>
                    {
                        var asked = 0;
                        var verdict = Verdict.Of(one.Item, new(one.Item.Id, 0, one.Answer, []), Reply);
                        Assert.Equal(recorded[row].GetProperty("replies").GetArrayLength(), asked);
                        return verdict;

                        string Reply(JudgeRequest request)
                        {
                            Requests.Add((benchmark, request, recorded[row].GetProperty("requests")[asked]));
                            return recorded[row].GetProperty("replies")[asked++].GetString()!;
                        }
                    }
                ),
            ]
        );
    }

    JsonElement[] Answers(string benchmark) => Graded.Lines(PathOf(["answers", .. Key.Split('/'), $"{benchmark}.jsonl"]));

    static LabelGrader Label(JsonElement answer) => new(Text(answer, "answer"), ["", "", "", "", "", ""]);

    static ScienceQaGrader Science(JsonElement problem) => new(Texts(problem, "choices"), problem.GetProperty("answer").GetInt32());

    static string PathOf(params string[] parts) => Golden.PathOf(["evaluation", .. parts]);

    static string Text(JsonElement one, string field) =>
        one.GetProperty(field) is var value && value.ValueKind == JsonValueKind.String ? value.GetString()! : $"{value}";

    static ImmutableArray<string> Texts(JsonElement one, string field) =>
        [.. one.GetProperty(field).EnumerateArray().Select(text => text.GetString()!)];
}
