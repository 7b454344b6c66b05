using System.Text.Json;
using SVco.Models.Generation;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>Greedy generation token for token, against golden/models/*/cases.json.</summary>
public sealed class PlainGenerationTests
{
    [Fact]
    public void Recorded_runs_are_repeated_token_for_token()
    {
        foreach (var (folder, cases) in LlavaCase.ModelsWithCases())
        {
            using var expected = new TensorsOf(Path.Combine(folder, "expected.safetensors"));
            using var model = VisionLanguageModel.Load(folder, new());
            foreach (var run in cases.GetProperty("generation").EnumerateArray())
            {
                using var scope = NewDisposeScope();
                var name = run.GetProperty("case").GetString()!;
                var (ids, attended, pixels) = run.TryGetProperty("prompt_ids", out var prompt)
                    ? (tensor(Numbers(prompt)).unsqueeze(0), null, PixelsOf(expected, model, name, run.GetProperty("row").GetInt32()))
                    : (
                        Rows(run.GetProperty("input_ids")),
                        Rows(run.GetProperty("attention_mask")),
                        expected[$"{name.Replace("_left", "")}/pixel_values"]
                    );
                foreach (
                    var (eos, key) in new[]
                    {
                        (run.GetProperty("eos_none_token")[0].GetInt32(), "tokens"),
                        (run.GetProperty("eos").GetInt32(), "tokens_with_eos"),
                    }
                )
                {
                    var tokens = TokensOf(run.GetProperty(key));
                    var most = TokensOf(run.GetProperty("tokens"))[0].Length;
                    using var generation = PlainGeneration.Greedy(
                        model,
                        ids,
                        Small.ImagesOf(pixels),
                        [eos],
                        most,
                        attended,
                        keepLogits: true
                    );
                    Assert.Equal(tokens, generation.Tokens.Select(row => row.ToArray()).ToArray());
                    if (key == "tokens" && expected.Has($"generate/{name}/scores"))
                    {
                        // cases.json: runs with and without a cache differ by up to 6e-6, fp32 from float64 by 1.9e-5.
                        Near.Equal(expected[$"generate/{name}/scores"], generation.Logits![0], 4e-5, $"{name} scores");
                    }
                }
            }
        }
    }

    [Fact]
    public void Nothing_is_generated_for_zero_new_tokens_and_right_padding_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = VisionLanguageModel.Random(Small.Config, 1, new());
        var ids = tensor(new long[] { 5, 6, 7 }).unsqueeze(0);
        using var none = PlainGeneration.Greedy(model, ids, [], [1], 0);
        Assert.Empty(none.Tokens[0]);
        var error = Assert.Throws<ArgumentException>(() =>
            PlainGeneration.Greedy(model, ids, [], [1], 4, tensor(new[] { true, true, false }).unsqueeze(0))
        );
        Assert.Contains("padded on the left", error.Message);
    }

    static int[][] TokensOf(JsonElement tokens) =>
        tokens[0].ValueKind == JsonValueKind.Array
            ? [.. tokens.EnumerateArray().Select(row => row.EnumerateArray().Select(token => token.GetInt32()).ToArray())]
            :
            [
                [.. tokens.EnumerateArray().Select(token => token.GetInt32())],
            ];

    static long[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt64())];

    static Tensor Rows(JsonElement rows) => stack(rows.EnumerateArray().Select(row => tensor(Numbers(row))).ToArray());

    /// <summary>The images of one row of a case; images are listed in row order.</summary>
    static Tensor? PixelsOf(TensorsOf expected, VisionLanguageModel model, string name, int row)
    {
        if (!expected.Has($"{name}/pixel_values"))
        {
            return null;
        }

        var images = expected[$"{name}/input_ids"]
            .eq(model.Config.ImageTokenId)
            .sum(1)
            .data<long>()
            .ToArray()
            .Select(count => count / model.Config.UsualImageTokens)
            .ToArray();
        return images[row] == 0 ? null : expected[$"{name}/pixel_values"].narrow(0, images.Take(row).Sum(), images[row]);
    }
}
