using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using SVco.Chat;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Curation;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Curation.Sources;
using SVco.Evaluation.Report.Evaluations;
using SVco.Evaluation.Results;
using SVco.Experiments;
using SVco.Files;
using SVco.Models;
using SVco.Models.Checkpoints;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Models.Text;
using SVco.Tests;
using SVco.Training;
using Encoding = System.Text.Encoding;

namespace SVco.Fuzz.Tests;

/// <summary>Every reader of what comes from outside, with seeds from tests/golden and experiments/tiny.</summary>
static class FuzzReaders
{
    const string Evaluation =
        """{"name":"n","command":"c","settings":[{"name":"a","value":"b"}],"notes":[{"benchmark":"m","source":"s","judge":"","warnings":["w"]}],"benchmarks":[{"name":"m","domain":"general","metrics":[{"name":"accuracy","mark":"right","higher_is_better":true,"averaged":true,"scale":100,"over":"Items"}],"items":[{"id":"1","category":"a/b","group":"1","tags":["t"],"file":"/a.png","prompt":"?","truth":"yes","options":[],"correct":0},{"id":"2","category":"","group":"2","tags":[],"inline":"AAAA","prompt":"!","truth":"b","options":["a","b"],"correct":1}]}],"models":[{"name":"base","checkpoint":"x","content":"c","benchmarks":[{"benchmark":"m","with_images":{"answers":[{"item":"1","run":0,"text":"yes","log_probs":[]},{"item":"2","run":0,"text":"","log_probs":[-1,-2]}],"verdicts":[{"item":"1","run":0,"marks":{"right":1},"note":""},{"item":"2","run":0,"marks":{"right":0},"note":"n"}]},"without_images":{"answers":[],"verdicts":[]}}]}]}""";

    const string Sentence = "<image>\nHow many red cups? Zwei, 熊 🐻";

    static readonly string Tiny = Path.Combine(Golden.RepositoryRoot, "experiments", "tiny");
    static readonly ImmutableArray<string> Models = [Path.Combine(Tiny, "llava-interleave"), Path.Combine(Tiny, "llava-1.5")];

    static readonly ImmutableArray<string> Recipes =
    [
        "FromJson(\"train.json\", \"images\")",
        "FromJson(\"train.json\").Where(\"type is Object or Count\").Take(100)",
        "FromJson(\"a.json\").Sample(10, seed: 3)",
    ];

    static readonly ImmutableArray<string> Formulas =
    [
        "-LogSigmoid(0.1 * (r.W.Match - r.W.Mismatch))",
        "SVco(0.1, 0.1) + 0.1 * Sft()",
        "Symmetric(Vco(0.1, 0.1))",
        "Mdpo(0.1)",
    ];

    public static ImmutableArray<FuzzReader> All { get; } =
    [
        .. (
            (string[])
                [
                    "config.json",
                    "preprocessor_config.json",
                    "processor_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "generation_config.json",
                    "chat_template.json",
                ]
        ).SelectMany(file => Models.Select(model => ModelFile(model, file))),
        new(
            "safetensors file",
            2000,
            [
                Safetensors("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""u8, 8),
                Safetensors("""{"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}"""u8, 12),
            ],
            _ => input => SafetensorsHeader.Read(new MemoryStream(input), "a.safetensors")
        ),
        new(
            "safetensors header",
            1200,
            [Weights.Header],
            _ => input => SafetensorsHeader.Read(new MemoryStream(Safetensors(input, Weights.Data)), "a.safetensors")
        ),
        new(
            "safetensors index",
            1500,
            [File.ReadAllBytes(GoldenFile("models", "interleave-tiny-tied-bf16", ModelFiles.WeightsIndex))],
            folder =>
                input =>
                {
                    File.WriteAllBytes(Path.Combine(folder, ModelFiles.WeightsIndex), input);
                    ModelFiles.Shards(Path.Combine(folder, ModelFiles.WeightsIndex));
                    ModelFiles.Missing(folder);
                }
        ),
        new(
            "lora config",
            1000,
            [.. ((string[])["lora-lm", "lora-qv"]).Select(name => File.ReadAllBytes(AdapterConfig(name)))],
            folder =>
            {
                var model = ModelFamilies.ReadConfig(Path.Combine(Models[0], ModelFiles.Config));
                return OfFile(
                    folder,
                    "adapter_config.json",
                    file => LoraConfig.Read(file).Targets("model.layers.0.self_attn.q_proj", model)
                );
            }
        ),
        new("image", 600, [.. SmallImages()], _ => input => ImageDecoder.Decode(input, "a.png")),
        new(
            "AVIF image",
            150,
            [
                .. Directory
                    .GetFiles(Path.Combine(Golden.RepositoryRoot, "tests", "Models.Tests", "Images", "Avif"), "*.avif")
                    .Select(File.ReadAllBytes),
            ],
            _ => input => ImageDecoder.Decode(input, "a.avif")
        ),
        new(
            "mvc json",
            1000,
            [File.ReadAllBytes(Path.Combine(Tiny, "val.json")), Text(MvcLine + "\n" + MvcLine)],
            _ => input => MvcJson.Parse(TextOf(input), "train.json", "images")
        ),
        new("recipe", 2000, [.. Recipes.Select(Text)], _ => input => _ = $"{Recipe.Parse(TextOf(input))}"),
        new("objective", 2000, [.. Formulas.Select(Text)], _ => input => _ = $"{Objective.Parse(TextOf(input))}"),
        new(
            "sweep",
            1500,
            [
                .. ((string[])["first_sweep.yaml", "lora_ranks.yaml"]).Select(name =>
                    File.ReadAllBytes(Path.Combine(Golden.RepositoryRoot, "configs", name))
                ),
                Text("list: [{objective: Sft()}, {train.epochs: 2}]\nmetric: {name: eval_loss, goal: maximize}\nseeds: [1, 2]\n"),
            ],
            _ => input => SweepYaml.Read(TextOf(input), "sweep.yaml", path => new Experiment(path))
        ),
        new(
            "curation settings",
            1200,
            [
                File.ReadAllBytes(Path.Combine(Golden.RepositoryRoot, "configs", "mvc.yaml")),
                Text("output: out\nsources: { pairs: [{ file: a.csv }] }\n"),
            ],
            folder => OfFile(folder, "c.yaml", file => CurationSettings.Load(file))
        ),
        new(
            "experiment yaml",
            700,
            [
                Text(ExperimentYaml.Write(new Experiment("tiny"), ImmutableSortedDictionary<string, string>.Empty)),
                Text("name: a\ntrain: { seed: 3 }\n"),
            ],
            _ => input => ExperimentYaml.Read(TextOf(input))
        ),
        Source("pairs csv", 700, "a.csv", [Csv(","), Csv(";")], file => new() { Pairs = [file] }),
        Source("pairs json lines", 1500, "a.jsonl", [Text(PairLine + "\n" + PairLine)], file => new() { Pairs = [file] }),
        Source(
            "mvc source",
            600,
            "a.json",
            [Text($"[{MvcLine},\n{MvcLine}]"), Text(MvcLine + "\n" + MvcLine)],
            file => new() { Mvc = [file] }
        ),
        Source("preferences", 600, "a.json", [Text(Preferences)], file => new() { Preferences = [file] }),
        .. ((string[])["counting", "left_right", "dalle_gen_counterfactuals", "flickr30k_image_captions"]).Select(CounterCurateFile),
        .. ((string[])["positive", "negative"]).Select(FineCopsFile),
        new(
            "candidates",
            700,
            [Text($"{Line(Candidate)}\n{Line(Candidate with { LImage = null, LOrigin = LOrigin.Crop })}\n")],
            folder =>
                OfFile(
                    folder,
                    "candidates.jsonl",
                    file =>
                    {
                        foreach (var candidate in JsonLines.Read<Candidate>(file, "").Concat(JsonLog.Read<Candidate>(file)))
                        {
                            _ = (
                                candidate.Id.Length,
                                candidate.WCaption.Length,
                                candidate.LCaption.Length,
                                candidate.W("root"),
                                candidate.L("root")
                            );
                        }
                    }
                )
        ),
        new(
            "refused entries",
            700,
            [Text($"{Line(new RefusedEntry("S", "k", "1", "r", "d"))}\n{Line(new RefusedEntry("S", "k", "2", "r", ""))}\n")],
            folder =>
                OfFile(
                    folder,
                    "refused.jsonl",
                    file => StageReport.Count(JsonLines.Read<RefusedEntry>(file, "")).Sum(count => count.Reason.Length + count.Kind.Length)
                )
        ),
        new(
            "answer journal",
            500,
            [Text($"{Line(Answer)}\n{Line(Answer with { Body = ChatBody, Text = null })}\n")],
            folder =>
                input =>
                {
                    File.WriteAllBytes(Path.Combine(folder, "a.journal"), Journal(input));
                    using var journal = new Closing(new AnswerJournal(Path.Combine(folder, "a.journal")));
                    _ = journal.Value.Find(Answer.Call)?.Written;
                }
        ),
        new(
            "chat answer",
            1000,
            [Text(ChatBody)],
            _ =>
                input =>
                {
                    ChatAnswer.IsCompletion(TextOf(input));
                    ChatAnswer.Text(TextOf(input));
                }
        ),
        new(
            "reference table",
            700,
            [Text("""{"a":{"W.Match":-12.5,"L.Match":-3},"b":{"W.NoImage":-1}}""")],
            folder =>
                input =>
                    OfFile(folder, "reference.json", file => ReferenceTable.Read(file, ["a", "b"], _ => { }))(
                    // With the checksum of what was changed, since a wrong one is all that would be looked at.
                    [
                        .. Text($$"""{"sha256":"{{ContentHash.Of(input)}}","value":"""),
                        .. input,
                        .. "}"u8,
                    ])
        ),
        new(
            "study results",
            600,
            [Text(Results)],
            folder => OfFile(folder, StudyResults.FileName, file => Look(StudyResults.Load(Path.GetDirectoryName(file)!)))
        ),
        new(
            "evaluation",
            300,
            [Text(Evaluation)],
            folder => OfFile(folder, EvaluationFile.FileName, file => Look(file, EvaluationFile.Load(Path.GetDirectoryName(file)!)))
        ),
        new("hub id", 1000, [Text("llava-hf/llava-1.5-7b-hf"), Text("a/b@main")], _ => input => HubId.Parse(TextOf(input))),
        new(
            "hub listing",
            800,
            [Text("""{"sha":"0123456789abcdef","siblings":[{"rfilename":"config.json"},{"rfilename":"a.safetensors"}]}""")],
            _ => input => HubListing.Parse(input, new("https://example.org"), new("hf_secret"))
        ),
    ];

    const string MvcLine =
        """{"chosen_images":["w.png"],"rejected_images":["l.png"],"system_prompt":"","instruction_prompt":"What?","chosen_response":"A cup.","rejected_response":"A bowl.","source":"S","type":"object"}""";

    const string PairLine = """{"id":"1","image_a":"w.png","caption_a":"a cup","image_b":"l.png","caption_b":"a bowl","type":"object"}""";

    const string Preferences = """
        [{"id":1,"image":"w.png","chosen":[{"from":"human","value":"<image>\nWhat?"},{"from":"gpt","value":"A cup."}],
        "rejected":[{"role":"user","content":"<image>\nWhat?"},{"role":"assistant","content":"A bowl."}]},
        {"img_path":"w.png","prompt":"A chat. USER: <image>\nWhat? ASSISTANT:","chosen":"A cup.","rejected":"A bowl."}]
        """;

    const string ChatBody =
        """{"id":"a","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"A cup."},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}""";

    const string Results = """
        {"Name":"a","Title":"t","Notes":["n"],"Recipe":[{"Name":"a","Value":"b"}],"Fingerprints":[{"Name":"code","Value":"00"}],
        "Models":[{"Name":"base","Formula":"","Latex":"","Settings":[{"Name":"beta","Value":"0.1"}],"Seeds":[1,2],"Seconds":1.5}],
        "Metrics":[{"Model":"base","Seed":1,"Benchmark":"count","Part":"","Domain":"d","Metric":"accuracy","Value":0.5,"NoImageValue":null,
        "HigherIsBetter":true,"Averaged":true}],
        "Perplexities":[{"Model":"base","Seed":1,"Caption":"c","Tokens":"all","Image":"matching","Value":1.5}],
        "Curves":[{"Model":"base","Seed":1,"Series":"loss","Step":1,"Value":"NaN"}],
        "Examples":[{"Benchmark":"count","Picture":"a.png","Prompt":"p","Expected":"e","Answers":[{"Model":"base","Text":"t","Score":1}]}],
        "Sensitivities":[{"Model":"base","Picture":"a.png","Condition":"matching","Prompt":"p","Tokens":["a","b"],"Values":[0.5,-1]}]}
        """;

    static Candidate Candidate =>
        new("S", "k", ContrastType.Object, "1", "w.png", "l.png", "a cup", "a bowl") { Question = "What?", SiglipCosine = 0.5 };

    static JournaledAnswer Answer => new(new string('a', 64), "S/k/1", "m", "A cup.", 7, 3);

    static FuzzReader ModelFile(string model, string name) =>
        new(
            $"{Path.GetFileName(model)}/{name}",
            150,
            [File.ReadAllBytes(Path.Combine(model, name))],
            folder =>
            {
                foreach (var file in Directory.GetFiles(model))
                {
                    File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
                }

                return OfFile(
                    folder,
                    name,
                    _ =>
                    {
                        var config = ModelFolder.Check(folder);
                        var tokenizer = Tokenizer.Load(folder);
                        tokenizer.Decode(tokenizer.Encode(Sentence, true).Ids, skipSpecialTokens: true);
                        ChatFormat.For(tokenizer, folder);
                        ImageProcessor.Load(folder).Process(new RgbImage(3, 2, new byte[18]), Behaviour.Corrected);
                    }
                );
            }
        );

    static FuzzReader Source(string name, int inputs, string fileName, byte[][] seeds, Func<PairFile, SourceSettings> settings) =>
        new(
            name,
            inputs,
            seeds,
            folder =>
            {
                foreach (var image in (string[])["w.png", "l.png"])
                {
                    using var png = File.Create(Path.Combine(folder, image));
                    Bitmaps.WritePng(new RgbImage(2, 2, new byte[12]), png);
                }

                return OfFile(folder, fileName, _ => ReadAll(folder, settings(new() { File = fileName })));
            }
        );

    static FuzzReader CounterCurateFile(string name) =>
        Sources($"countercurate {name}", $"Flickr30k-Counterfactuals/train_data/{name}.json", new() { CounterCurate = new() });

    static FuzzReader FineCopsFile(string name) => Sources($"finecops {name}", $"finecops-ref/{name}.json", new() { FinecopsRef = new() });

    /// <summary>A source whose other files and images are not there: what is read of the one file is the same.</summary>
    static FuzzReader Sources(string name, string path, SourceSettings settings) =>
        new(
            name,
            250,
            [File.ReadAllBytes(GoldenFile("sources", path))],
            folder =>
            {
                foreach (var file in Directory.GetFiles(GoldenFile("sources"), "*.json", SearchOption.AllDirectories))
                {
                    var copy = Path.Combine(folder, Path.GetRelativePath(GoldenFile("sources"), file));
                    Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                    File.Copy(file, copy);
                }

                return OfFile(folder, path, _ => ReadAll(folder, settings));
            }
        );

    static void ReadAll(string root, SourceSettings settings)
    {
        foreach (var reading in CandidateSources.Read(root, settings))
        {
            _ = JsonLines.Line(reading is Reading.Found(var candidate) ? candidate : (object)((Reading.Refused)reading).Entry);
        }
    }

    /// <summary>What `svco report` does with an evaluation.</summary>
    static int Look(string file, EvaluationResult result) =>
        InputFile.Read(file, "an evaluation that can be shown", () => EvaluationTable.Text(result, 20)).Length;

    /// <summary>What a report asks of results: no text and no list is missing.</summary>
    static int Look(StudyResults results) =>
        results.Name.Length
        + results.Title.Length
        + results.Notes.Sum(note => note.Length)
        + results
            .Recipe.Concat(results.Fingerprints)
            .Concat(results.Models.SelectMany(model => model.Settings))
            .Sum(item => item.Name.Length + item.Value.Length)
        + results.Metrics.Sum(metric => metric.Model.Length + metric.Benchmark.Length + metric.Category.Length)
        + results.Perplexities.Sum(value => value.Caption.Length + value.Tokens.Length)
        + results.Curves.Sum(point => point.Series.Length)
        + results.Examples.Sum(example => example.Picture.Length + example.Answers.Sum(answer => answer.Text.Length))
        + results.Sensitivities.Sum(sensitivity => sensitivity.Tokens.Sum(token => token.Length));

    static Action<byte[]> OfFile(string folder, string name, Action<string> read) =>
        input =>
        {
            var file = Path.Combine(folder, name);
            File.WriteAllBytes(file, input);
            read(file);
        };

    /// <summary>A recording of this checkout: seeds are the same whatever SVCO_GOLDEN names.</summary>
    static string GoldenFile(params string[] parts) => Path.Combine([Golden.RepositoryRoot, "tests", "golden", .. parts]);

    static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    static string TextOf(byte[] input) => Encoding.UTF8.GetString(TextFile.Utf8(input, "input").Span);

    static string Line<T>(T item) => Encoding.UTF8.GetString(JsonLines.Line(item));

    static byte[] Csv(string separator) =>
        Text(
            string.Join(separator, "id", "image_a", "caption_a", "image_b", "caption_b", "type")
                + "\n"
                + string.Join(separator, "1", "w.png", "\"a cup, red\"", "l.png", "a bowl", "object")
                + "\n"
                + string.Join(separator, "2", "w.png", "a cup", "l.png", "a \"\"bowl", "")
        );

    static (byte[] Header, int Data) Weights
    {
        get
        {
            var file = File.ReadAllBytes(Path.Combine(Models[0], ModelFiles.SingleWeights));
            var end = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            return (file[8..end], file.Length - end);
        }
    }

    /// <summary>A file with a header of the right length, and zeros for data.</summary>
    static byte[] Safetensors(ReadOnlySpan<byte> header, int data)
    {
        var file = new byte[8 + header.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file.AsSpan(8));
        return file;
    }

    static string AdapterConfig(string model) =>
        Directory.GetFiles(GoldenFile("models", model), "adapter_config.json", SearchOption.AllDirectories)[0];

    static IEnumerable<byte[]> SmallImages() =>
        Directory
            .GetFiles(GoldenFile("images", "inputs"))
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .Where(image => image.Length < 20_000)
            .Append(Bmp());

    /// <summary>Two by two pixels of 24 bits.</summary>
    static byte[] Bmp()
    {
        var file = new byte[54 + 16];
        "BM"u8.CopyTo(file);
        foreach (
            var (place, value) in (ReadOnlySpan<(int, int)>)
                [(2, file.Length), (10, 54), (14, 40), (18, 2), (22, 2), (26, 1 | (24 << 16)), (34, 16)]
        )
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place), value);
        }

        return file;
    }

    /// <summary>Lines with the right checksums, as a journal has them.</summary>
    static byte[] Journal(byte[] lines) =>
        [
            .. Encoding
                .Latin1.GetString(lines)
                .Split('\n')
                .SelectMany(line =>
                    (byte[])
                        [
                            .. Text(ContentHash.Of(Encoding.Latin1.GetBytes(line))[..16]),
                            (byte)' ',
                            .. Encoding.Latin1.GetBytes(line),
                            (byte)'\n',
                        ]
                ),
        ];

    sealed class Closing(AnswerJournal journal) : IDisposable
    {
        public AnswerJournal Value => journal;

        public void Dispose() => journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
