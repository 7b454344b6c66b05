using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Training;
using SVco.Tests;

namespace SVco.Experiments.Tests;

/// <summary>Data as people have it: what is found before the first step, and what becomes of it.</summary>
public sealed class RunDataTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly List<string> notes = [];

    public void Dispose() => folder.Dispose();

    static string Images => Path.Combine(Golden.RepositoryRoot, "experiments", "tiny");

    /// <summary>The first bundled pairs, to be changed.</summary>
    static JsonArray Pairs(int count) =>
        new([
            .. JsonNode
                .Parse(File.ReadAllText(Path.Combine(Images, "train.json")))!
                .AsArray()
                .Take(count)
                .Select(pair => pair!.DeepClone()),
        ]);

    string Write(JsonNode pairs, string name = "pairs.json")
    {
        File.WriteAllText(folder.At(name), pairs.ToJsonString());
        return folder.At(name);
    }

    Experiment On(string train, string? validation = null) =>
        new Experiment("x")
        {
            Model = new(Path.Combine(Images, "llava-interleave")),
            Data = new()
            {
                Train = Mvc.Train,
                Validation = validation is null ? null : Mvc.Validation,
                TrainFile = train,
                ValidationFile = validation,
                Images = Images,
            },
            Train = new()
            {
                MaxSteps = 1,
                Accumulation = 1,
                BatchSize = 2,
                MaxTextLength = 96,
            },
            FeatureCache = 0,
            Output = folder.At("run"),
        };

    Task<RunResult> Run(Experiment experiment, bool restart = true) =>
        experiment.RunAsync(restart, new Seen(next => notes.Add(next is RunEvent.Note(var text) ? text : "")));

    async Task<string> Refusal(Experiment experiment, bool restart = true) =>
        (await Assert.ThrowsAsync<UserException>(() => Run(experiment, restart))).Message;

    [Fact]
    public async Task All_broken_images_are_told_at_once_and_their_pairs_can_be_left_out()
    {
        var pairs = Pairs(5);
        var whole = File.ReadAllBytes(Path.Combine(Images, (string)pairs[0]!["chosen_images"]![0]!));
        File.WriteAllBytes(folder.At("cut.png"), whole[..(whole.Length / 2)]);
        File.WriteAllBytes(folder.At("empty.png"), []);
        pairs[1]!["chosen_images"] = new JsonArray(folder.At("cut.png"));
        pairs[2]!["rejected_images"] = new JsonArray(folder.At("empty.png"));
        pairs[4]!["rejected_images"] = new JsonArray("nowhere.png");
        var experiment = On(Write(pairs));

        var refusal = await Refusal(experiment);
        Assert.All(
            ["pairs.json#1", "cut off", "pairs.json#2", "0 bytes", "pairs.json#4", "nowhere.png", "--skip-broken"],
            word => Assert.Contains(word, refusal)
        );
        Assert.Equal(3, File.ReadLines(folder.At("run", "refused.jsonl")).Count());

        await Run(experiment with { Data = experiment.Data with { SkipBroken = true } });
        Assert.Contains("2 pairs to train on, 0 for validation, 3 refused", notes);
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_an_image_is_not_waited_for()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", folder.At("pipe.png")))
        {
            made.WaitForExit();
        }

        var pairs = Pairs(2);
        pairs[0]!["chosen_images"] = new JsonArray(folder.At("pipe.png"));
        Assert.Contains("pipe.png", await Refusal(On(Write(pairs))));
    }

    [Fact]
    public async Task Paths_of_windows_are_told_to_be_such()
    {
        var pairs = Pairs(2);
        pairs[0]!["chosen_images"] = new JsonArray("images\\00_w.png");
        Assert.Contains("backslashes", await Refusal(On(Write(pairs))));
    }

    [Fact]
    public async Task Pairs_that_contrast_nothing_are_counted_in_one_line()
    {
        var pairs = Pairs(4);
        pairs[0]!["rejected_response"] = pairs[0]!["chosen_response"]!.DeepClone();
        File.Copy(Path.Combine(Images, (string)pairs[1]!["chosen_images"]![0]!), folder.At("copy.png"));
        pairs[1]!["rejected_images"] = new JsonArray(folder.At("copy.png"));
        pairs.Add(pairs[3]!.DeepClone());
        await Run(On(Write(pairs)));
        Assert.Contains(
            "of 5 training pairs 1 have the same answer on both sides, 1 have the same image on both sides, 1 are there a second time",
            notes
        );
    }

    [Fact]
    public async Task No_pair_is_split_off_where_no_validation_pairs_are_asked_for()
    {
        await Run(On(Write(Pairs(12))));
        Assert.Contains("12 pairs to train on, 0 for validation, 0 refused", notes);
    }

    [Fact]
    public async Task A_map_that_is_none_is_told_before_anything_is_scored()
    {
        var experiment = On(Write(Pairs(2)));
        var refusal = await Refusal(experiment with { Model = experiment.Model with { Lora = new(4, 8, "q_proj", "v_prj") } });
        Assert.Contains("v_prj is no linear map", refusal);
        Assert.Contains("q_proj", refusal);
        Assert.False(Directory.Exists(folder.At("run")));
    }

    [Fact]
    public async Task Copies_of_a_pair_fall_on_one_side_of_the_usual_split()
    {
        var pairs = Pairs(12);
        var oversampled = new JsonArray([.. Enumerable.Range(0, 3).SelectMany(_ => pairs.Select(pair => pair!.DeepClone()))]);
        var experiment = On(Write(oversampled));
        await Run(experiment with { Data = experiment.Data with { Validation = Mvc.Validation } });
        Assert.Contains("30 pairs to train on, 6 for validation, 0 refused", notes);
    }

    [Fact]
    public async Task Images_at_an_address_are_told_with_those_that_are_broken()
    {
        var pairs = Pairs(4);
        pairs[1]!["chosen_images"] = "https://example.org/a.png";
        var experiment = On(Write(pairs));
        var error = await Assert.ThrowsAsync<UserException>(() => Run(experiment));
        Assert.Contains("1 pair cannot be used", error.Message);
        Assert.Contains("which is not fetched", error.Message);
        await Run(experiment with { Data = experiment.Data with { SkipBroken = true } });
        Assert.Contains("3 pairs to train on, 0 for validation, 1 refused", notes);
    }

    [Fact]
    public async Task A_validation_pair_that_is_also_trained_on_is_refused_unless_asked_for()
    {
        var (train, validation) = (Pairs(4), Pairs(1));
        // The same pair with its sides exchanged, and its image under another name.
        var pair = validation[0]!;
        File.Copy(Path.Combine(Images, (string)pair["chosen_images"]![0]!), folder.At("copy.png"));
        (pair["chosen_images"], pair["rejected_images"]) = (pair["rejected_images"]!.DeepClone(), new JsonArray(folder.At("copy.png")));
        (pair["chosen_response"], pair["rejected_response"]) = (
            pair["rejected_response"]!.DeepClone(),
            pair["chosen_response"]!.DeepClone()
        );
        var experiment = On(Write(train), Write(validation, "validation.json"));

        Assert.Contains(
            "1 of 1 validation pair are training pairs too; the first is validation.json#0, which is pairs.json#0",
            await Refusal(experiment)
        );
        Assert.Equal(RunState.Finished, (await Run(experiment.With("data.allow_overlap", true))).State);
    }

    [Fact]
    public async Task A_token_beyond_the_embeddings_is_told_with_its_pair_before_training()
    {
        Directory.CreateDirectory(folder.At("model"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Images, "llava-interleave")))
        {
            File.Copy(file, folder.At("model", Path.GetFileName(file)));
        }

        var tokenizer = JsonNode.Parse(File.ReadAllText(folder.At("model", "tokenizer.json")))!;
        var added = tokenizer["added_tokens"]!.AsArray();
        var token = added[0]!.DeepClone();
        (token["id"], token["content"]) = (777, "<place>");
        added.Add(token);
        File.WriteAllText(folder.At("model", "tokenizer.json"), tokenizer.ToJsonString());
        var pairs = Pairs(3);
        pairs[2]!["chosen_response"] = "It is at <place>.";
        var experiment = On(Write(pairs)) with { Model = new(folder.At("model")) };
        Assert.All(["pairs.json#2", "<place>", "777", "512"], word => Assert.Contains(word, Refusal(experiment).GetAwaiter().GetResult()));

        pairs[2]!["chosen_response"] = "It is there.";
        Assert.Equal(RunState.Finished, (await Run(On(Write(pairs)) with { Model = new(folder.At("model")) })).State);
    }

    [Fact]
    public async Task A_changed_file_behind_a_recipe_does_not_go_on_with_old_reference_values()
    {
        var (experiment, path) = (On("unused"), Write(Pairs(4), "own.json"));
        var own = experiment with
        {
            Data = experiment.Data with { Train = Recipe.FromJson(path), TrainFile = null },
            Objective = Core.Objectives.Objectives.SVco(0.1, 0.1),
        };
        await Run(own);
        Write(Pairs(5), "own.json");
        Assert.Contains("recipe_file_1 is own.json of SHA-256", await Refusal(own, restart: false));
    }

    [Fact]
    public async Task A_changed_filter_of_the_same_name_does_not_go_on_with_old_reference_values()
    {
        var path = Write(Pairs(6));
        using var stop = new CancellationTokenSource();
        await Kept(1000)
            .RunAsync(
                restart: true,
                new Seen(next =>
                {
                    if (next is RunEvent.Trained)
                    {
                        stop.Cancel();
                    }
                }),
                stop.Token
            );
        var longest = Pairs(6).Max(pair => ((string)pair!["chosen_response"]!).Length);
        Assert.Contains("The pairs have changed", await Refusal(Kept(longest), restart: false));

        Experiment Kept(int below)
        {
            var all = On(path).With("train.max_steps", 4);
            return all with { Data = all.Data with { Train = Mvc.Train.Where("short", pair => pair.W.Response.Length < below) } };
        }
    }

    [Theory]
    [InlineData("preprocessor_config.json", "The images have changed")]
    [InlineData("tokenizer.json", "The pairs have changed")]
    public async Task A_changed_processor_or_tokenizer_does_not_go_on_with_old_reference_values(string file, string word)
    {
        Directory.CreateDirectory(folder.At("model"));
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Images, "llava-interleave")))
        {
            File.Copy(path, folder.At("model", Path.GetFileName(path)));
        }

        var experiment = On(Write(Pairs(4))).With("train.max_steps", 4) with
        {
            Model = new(folder.At("model")),
            Objective = Core.Objectives.Objectives.SVco(0.1, 0.1),
        };
        using var stop = new CancellationTokenSource();
        await experiment.RunAsync(
            restart: true,
            new Seen(next =>
            {
                if (next is RunEvent.Trained)
                {
                    stop.Cancel();
                }
            }),
            stop.Token
        );
        var json = JsonNode.Parse(File.ReadAllText(folder.At("model", file)))!;
        if (file == "tokenizer.json")
        {
            var merges = json["model"]!["merges"]!.AsArray();
            while (merges.Count > 20)
            {
                merges.RemoveAt(merges.Count - 1);
            }
        }
        else
        {
            json["image_mean"] = new JsonArray(0.1, 0.1, 0.1);
        }

        File.WriteAllText(folder.At("model", file), json.ToJsonString());
        Assert.Contains(word, await Refusal(experiment, restart: false));
    }

    [Fact]
    public async Task A_recipe_reads_the_images_of_its_own_folder()
    {
        var pairs = Pairs(2);
        var experiment = On("unused");
        var own = experiment with
        {
            Data = experiment.Data with { Train = Recipe.FromJson(Write(pairs), Images), TrainFile = null, Images = null },
        };
        Assert.Equal(RunState.Finished, (await Run(own)).State);
    }

    [Theory]
    [InlineData("missing.json", "does not exist")]
    [InlineData(".", "is a folder")]
    public async Task A_file_of_pairs_that_cannot_be_used_is_told_before_a_model_is_looked_for(string file, string word) =>
        Assert.Contains(word, await Refusal(On(folder.At(file)) with { Model = new("nobody/has-this-model") }));
}
