using SVco.Core;
using SVco.Models.Checkpoints;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Networks;
using SVco.Models.Text;
using static TorchSharp.torch;

namespace SVco.Models.Folders;

/// <summary>What two files of a model's folder must agree on. Where they do not, training would take wrong numbers without a word.</summary>
static class FolderConsistency
{
    const string Generation = "generation_config.json";

    /// <summary>Compares the files that are there with config.json and with each other.</summary>
    /// <exception cref="UserException">Two disagree; the message names both files and both values.</exception>
    public static void Check(string folder, ModelConfig config)
    {
        if (ImageProcessor.FileOf(folder) is { } processor)
        {
            CheckImageSize(folder, processor, config);
        }

        CheckImageTokenCount(folder, config);
        if (TokenizerFiles.IsIn(folder))
        {
            CheckTokens(folder, config);
        }
    }

    /// <summary>Compares the weights' names, shapes and types with config.json; their values are read only where a head may be lost.</summary>
    /// <exception cref="UserException">They are of another model.</exception>
    public static void CheckWeights(string folder, ModelConfig config)
    {
        using var checkpoint = Checkpoint.Open(folder);
        CheckTypes(checkpoint, config);
        CheckHead(folder, checkpoint, config);
        CheckShapes(checkpoint, config);
    }

    static void CheckImageSize(string folder, string processor, ModelConfig config)
    {
        var (wanted, made) = (config.UsualImage, ImageProcessor.Load(folder).SizeOf(config.UsualImage));
        if (made != wanted)
        {
            throw new UserException(
                $"{processor} makes images of {made.Height} x {made.Width} pixels (height x width), but by {In(folder, ModelFiles.Config)} the "
                    + $"vision tower takes {wanted.Height} x {wanted.Width}. Take the {Path.GetFileName(processor)} of this model."
            );
        }
    }

    /// <summary>The processor of transformers writes as many image tokens as its own settings say, whatever the model makes of an image.</summary>
    static void CheckImageTokenCount(string folder, ModelConfig config)
    {
        var file = In(folder, ImageProcessor.ProcessorFile);
        if (!File.Exists(file) || JsonField.Read(file) is var processor && processor.Find("patch_size") is null)
        {
            return;
        }

        var patch = processor["patch_size"].Int() is > 0 and var side ? side : throw processor["patch_size"].Mistake("must be above 0");
        var (rows, columns) = (config.UsualImage.Height / patch, config.UsualImage.Width / patch);
        var dropsFirst = processor.Find("vision_feature_select_strategy")?.String() == "default";
        // Before 4.46 a class token was always counted. Both ways of counting stand in folders that people have.
        var additional = processor.Find("num_additional_image_tokens")?.Int();
        int[] counts = additional is { } more
            ? [rows * columns + more - (dropsFirst ? 1 : 0)]
            : [rows * columns + 1 - (dropsFirst ? 1 : 0), rows * columns - (dropsFirst ? 1 : 0)];
        if (!counts.Contains(config.UsualImageTokens))
        {
            throw new UserException(
                $"{file} gives an image {counts[0]} tokens (patch_size {patch}, vision_feature_select_strategy "
                    + $"{processor.Find("vision_feature_select_strategy")?.String() ?? "absent"}), {In(folder, ModelFiles.Config)} gives it "
                    + $"{config.UsualImageTokens}. Take the processor_config.json of this model."
            );
        }
    }

    static void CheckTokens(string folder, ModelConfig config)
    {
        var tokenizer = Tokenizer.Load(folder);
        var chat = ChatFormat.For(tokenizer, folder);
        if (chat.ImageToken != config.ImageTokenId)
        {
            throw new UserException(
                $"{In(folder, ModelFiles.Config)} says that the image token is {config.ImageTokenId}, but in {In(folder, TokenizerFiles.Name)} "
                    + $"{chat.ImagePlaceholder} is {chat.ImageToken}. The two files belong to different models."
            );
        }

        foreach (var id in chat.StopIds)
        {
            Embeddings.Require(config, id, tokenizer.TextOf(id), In(folder, TokenizerFiles.Name));
        }

        if (File.Exists(In(folder, Generation)) && JsonField.Read(In(folder, Generation)).Find("eos_token_id") is { } ends)
        {
            foreach (var id in ends.Kind == System.Text.Json.JsonValueKind.Array ? ends.Items().Select(end => end.Int()) : [ends.Int()])
            {
                Embeddings.Require(config, id, "eos_token_id", In(folder, Generation));
            }
        }
    }

    /// <summary>Whole numbers and 8-bit floats are what a quantised checkpoint holds; as numbers they would be wrong by their scales.</summary>
    static void CheckTypes(Checkpoint checkpoint, ModelConfig config)
    {
        foreach (var name in checkpoint.Names.Where(name => !config.MayStandInFiles(name)).Order(StringComparer.Ordinal))
        {
            var type = checkpoint.TypeNameOf(name);
            if (type is not ("F16" or "BF16" or "F32" or "F64"))
            {
                throw new UserException(
                    $"The weights in {checkpoint.Folder} hold '{name}' as {type}, which is the type of a quantised checkpoint. Finetuning needs the "
                        + "unquantised one that it was made from (F16, BF16 or F32)."
                );
            }
        }
    }

    static void CheckHead(string folder, Checkpoint checkpoint, ModelConfig config)
    {
        string? Named(string module) =>
            checkpoint.Names.FirstOrDefault(name => $".{name}".EndsWith($".{module}.weight", StringComparison.Ordinal));
        var (file, head, embedding) = (In(folder, ModelFiles.Config), Named(config.OutputHead), Named(ParameterNames.Embedding));
        if (!config.Text.TieWordEmbeddings && head is null && embedding is not null)
        {
            throw new UserException(
                $"The weights in {folder} have no {config.OutputHead}.weight, but {file} says tie_word_embeddings = false for the language model (in text_config "
                    + "where it has one; that at the top does not count). If the head is the embedding matrix, set it to true there; else the checkpoint is incomplete."
            );
        }

        if (config.Text.TieWordEmbeddings && head is not null && embedding is not null && !checkpoint.AreEqual(head, embedding))
        {
            throw new UserException(
                $"{file} says tie_word_embeddings = true, but the weights in {folder} have a '{head}' with other values than '{embedding}', which would be lost. "
                    + "Set tie_word_embeddings to false in text_config to use it, or take it out of the weights."
            );
        }
    }

    /// <summary>Every parameter is there in its shape, and no other.</summary>
    static void CheckShapes(Checkpoint checkpoint, ModelConfig config)
    {
        NativeLibraries.Load();
        using var scope = NewDisposeScope();
        var weights = new CheckpointWeights(checkpoint, config.NamesInFiles, (_, type) => type, META);
        config.Build(weights);
        weights.CheckThatAllAreUsed(config.MayStandInFiles);
    }

    static string In(string folder, string file) => Path.Combine(folder, file);
}
