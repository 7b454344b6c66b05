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
        CheckImageSize(folder, config.UsualImage);
        CheckImageTokenCount(folder, config);
        CheckSequenceLength(folder, config);
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
        CheckTypes(checkpoint, config.MayStandInFiles);
        CheckHead(folder, checkpoint, config);
        CheckShapes(checkpoint, config);
    }

    /// <summary>Compares the image processor, where there is one, with the vision tower.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="wanted">What the tower takes.</param>
    /// <exception cref="UserException">The processor makes images of another size.</exception>
    public static void CheckImageSize(string folder, ImageSize wanted)
    {
        if (ImageProcessor.FileOf(folder) is { } processor && ImageProcessor.Load(folder).SizeOf(wanted) is var made && made != wanted)
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

    /// <summary>transformers writes the length of LLaVA-1.5 where nobody set it, so that one says nothing.</summary>
    static void CheckSequenceLength(string folder, ModelConfig config)
    {
        const int unset = 576;
        var fields = JsonField.Read(In(folder, ModelFiles.Config));
        if (fields.OptionalInteger("image_seq_length") is { } length && length != unset && length != config.UsualImageTokens)
        {
            throw fields.Contradicting(
                $"image_seq_length = {length}",
                $"the vision tower makes {config.UsualImageTokens} tokens of an image"
            );
        }
    }

    static void CheckTokens(string folder, ModelConfig config)
    {
        var tokenizer = Tokenizer.Load(folder);
        var chat = ChatFormat.For(tokenizer, folder);
        var file = In(folder, TokenizerFiles.Name);
        if (chat.ImageToken != config.ImageTokenId)
        {
            throw new UserException(
                $"{In(folder, ModelFiles.Config)} says that the image token is {config.ImageTokenId}, but in {file} "
                    + $"{chat.ImagePlaceholder} is {chat.ImageToken}. The two files belong to different models."
            );
        }

        RequireVocabulary(folder, tokenizer, config);
        foreach (var id in chat.StopIds)
        {
            Embeddings.Require(config, id, tokenizer.TextOf(id), file);
        }

        TokenIds.Check(folder, config, tokenizer, chat);
    }

    /// <summary>Tokens that texts are made of have embeddings; added ones are looked at where a text has them, since many are never used.</summary>
    static void RequireVocabulary(string folder, Tokenizer tokenizer, ModelConfig config)
    {
        var (file, last) = (In(folder, TokenizerFiles.Name), tokenizer.LastOfVocabulary);
        if (last.Id >= config.Text.VocabularySize)
        {
            throw new UserException(
                $"{file} has a vocabulary up to the id {last.Id} ({last.Token}), but by {In(folder, ModelFiles.Config)} the model has embeddings for "
                    + $"{config.Text.VocabularySize} tokens (vocab_size). The two files belong to different models."
            );
        }

        if (tokenizer.Misnumbered.FirstOrDefault(token => token.Id < config.Text.VocabularySize) is { Token: not null } wrong)
        {
            throw new UserException(
                $"{file} gives the added token {wrong.Token} the id {wrong.Id}, but transformers, which counts on from the vocabulary, takes it for "
                    + $"{wrong.Expected}. It cannot be told with which of the two the model was trained: save the tokenizer again with save_pretrained."
            );
        }
    }

    /// <summary>Whole numbers and 8-bit floats are what a quantised checkpoint holds; as numbers they would be wrong by their scales.</summary>
    public static void CheckTypes(Checkpoint checkpoint, Func<string, bool> isIgnored)
    {
        foreach (var name in checkpoint.Names.Where(name => !isIgnored(name)).Order(StringComparer.Ordinal))
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
