using System.Diagnostics;
using SVco.Models.Checkpoints;
using SVco.Models.Lora;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>Checkpoints that we save, loaded and run by transformers and peft.</summary>
public sealed class ReferenceTests
{
    /// <summary>golden/models/README: fp32 differs from float64 by at most 1.9e-5; two fp32 runs may differ by twice that.</summary>
    const double Tolerance = 4e-5;

    /// <summary>Loads a folder (and perhaps an adapter), runs the batch in input.safetensors in fp32, writes output.safetensors.</summary>
    const string Script = """
        import sys, torch, transformers
        from safetensors.torch import load_file, save_file
        folder, adapter, inputs, outputs = sys.argv[1:5]
        model, info = transformers.LlavaForConditionalGeneration.from_pretrained(folder, torch_dtype=torch.float32, output_loading_info=True)
        assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"], info
        if adapter:
            import peft
            model = peft.PeftModel.from_pretrained(model, adapter)
        model.eval()
        batch = load_file(inputs)
        with torch.no_grad():
            logits = model(**batch).logits
        save_file({"logits": logits.contiguous()}, outputs)
        """;

    [ReferenceFact]
    public void A_checkpoint_saved_by_us_gives_the_same_logits_in_transformers()
    {
        foreach (var source in LlavaCase.Models())
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var folder = new TemporaryFolder();
            using var model = VisionLanguageModel.Load(source, new());
            model.Save(folder.At("saved"), maximumShardBytes: 200_000);
            Compare(folder, model, BatchOf(source, model), "");
        }
    }

    [ReferenceFact]
    public void A_model_of_random_weights_saved_in_bf16_gives_the_same_logits_in_transformers()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var folder = new TemporaryFolder();
        using (var coarse = VisionLanguageModel.Random(Small.Config, 5, new() { Dtype = ScalarType.BFloat16 }))
        {
            coarse.Save(folder.At("saved"));
        }

        using var model = VisionLanguageModel.Load(folder.At("saved"), new());
        Compare(
            folder,
            model,
            new(tensor(Small.Ids(2)).unsqueeze(0), ones(1, 11, ScalarType.Bool), zeros(1, 11, ScalarType.Int64), Small.Pixels(2)),
            ""
        );
    }

    [ReferenceFact]
    public void An_adapter_saved_by_us_gives_the_same_logits_in_peft()
    {
        foreach (var source in LlavaCase.ModelsWithCases().Select(model => model.Folder))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var folder = new TemporaryFolder();
            using var model = VisionLanguageModel.Load(source, new());
            model.Save(folder.At("saved"));
            using var adapter = LoraAdapter.Create(
                model,
                new(3, 5, [], @".*language_model.*\.(q_proj|down_proj)", RankStabilised: true, BaseModel: folder.At("saved")),
                7
            );
            foreach (var parameter in adapter.Parameters)
            {
                parameter.Value.add_(0.1);
            }

            adapter.Save(folder.At("adapter"));
            Compare(folder, model, BatchOf(source, model), folder.At("adapter"));
        }
    }

    static LlavaCase BatchOf(string source, VisionLanguageModel model)
    {
        using var expected = new TensorsOf(Path.Combine(source, "expected.safetensors"));
        var prefix = expected
            .Names.Where(name => name.EndsWith("pixel_values"))
            .Order()
            .Select(name => name.Replace("pixel_values", ""))
            .First();
        var batch = LlavaCase.Read(expected, prefix);
        // transformers takes ids as expanded only if a row has at least image_seq_length image tokens.
        Assert.True(batch.Ids.eq(model.Config.ImageTokenId).sum(1).max().item<long>() >= model.Config.UsualImageTokens);
        return batch;
    }

    static void Compare(TemporaryFolder folder, VisionLanguageModel model, LlavaCase batch, string adapter)
    {
        var (script, inputs, outputs) = (folder.At("script.py"), folder.At("input.safetensors"), folder.At("output.safetensors"));
        File.WriteAllText(script, Script);
        SafetensorsWriter.Write(
            inputs,
            [new("input_ids", batch.Ids), new("attention_mask", batch.Attended.to(ScalarType.Int64)), new("pixel_values", batch.Pixels!)]
        );
        var start = new ProcessStartInfo(ReferenceFactAttribute.Python!, [script, folder.At("saved"), adapter, inputs, outputs])
        {
            RedirectStandardError = true,
        };
        using var python = Process.Start(start)!;
        var messages = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, messages);
        using var theirs = new TensorsOf(outputs);
        var attended = batch.Attended.unsqueeze(-1);
        Near.Equal(theirs["logits"] * attended, batch.Logits(model) * attended, Tolerance, "logits in transformers");
    }
}
