using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Data;
using SVco.Models.Checkpoints;
using SVco.Models.Images;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

/// <summary>The pairs of golden/svco for one family, as the official data path made them: inputs.json and pixels_u8.safetensors.</summary>
class OfficialData : IDisposable
{
    readonly JsonElement _all = Golden.Json(Golden.PathOf("svco", "mvc.json"));
    readonly JsonElement _inputs;
    readonly SafetensorsFile _pixels;
    readonly double[] _mean;
    readonly double[] _std;

    public OfficialData(string family)
    {
        Models.NativeLibraries.Load();
        var folder = Golden.PathOf("svco", family);
        Checkpoint = Path.Combine(folder, "checkpoint");
        _inputs = Golden.Json(Path.Combine(folder, "inputs.json"));
        _pixels = SafetensorsFile.Open(Path.Combine(folder, "pixels_u8.safetensors"));
        var processor = Golden.Json(Path.Combine(Checkpoint, "preprocessor_config.json"));
        _mean = [.. processor.GetProperty("image_mean").EnumerateArray().Select(value => value.GetDouble())];
        _std = [.. processor.GetProperty("image_std").EnumerateArray().Select(value => value.GetDouble())];
    }

    public string Checkpoint { get; }

    /// <summary>The pairs of a data file, found again in mvc.json by their content.</summary>
    public virtual ImmutableArray<PreparedPair> Pairs(string file)
    {
        var texts = _all.EnumerateArray().Select(pair => pair.GetRawText()).ToList();
        return [.. Golden.Json(Golden.PathOf("svco", file)).EnumerateArray().Select(pair => Pair(texts.IndexOf(pair.GetRawText())))];
    }

    /// <summary>The features of the images, encoded each time.</summary>
    public IImageFeatures Images(Models.VisionLanguageModel model) =>
        new LiveFeatures(model, new(Load, image => ImageProcessor.Load(Checkpoint).SizeOf(image, Core.Behaviour.Official)));

    /// <summary>(u8 / 255 - mean) / std, which is what the processor gives to 2.8e-7 (golden/svco).</summary>
    public virtual ProcessedImage Load(ImageSource image)
    {
        using var scope = NewDisposeScope();
        var bytes = _pixels.Read(Path.GetFileNameWithoutExtension(((ImageSource.File)image).Path)).to(float64) / 255;
        var (mean, std) = (tensor(_mean).view(-1, 1, 1), tensor(_std).view(-1, 1, 1));
        var values = ((bytes - mean) / std).to(float32);
        return new(values.data<float>().ToArray(), [.. values.shape], new((int)values.shape[2], (int)values.shape[1]));
    }

    public void Dispose() => _pixels.Dispose();

    PreparedPair Pair(int index)
    {
        var pair = _all[index];
        var rows = _inputs.GetProperty("examples").EnumerateArray().Single(example => example.GetProperty("example").GetInt32() == index);
        ResponseRows Rows(string side)
        {
            var (with, without) = (Sequence(rows.GetProperty(side)), Sequence(rows.GetProperty($"none_{side}")));
            return new ResponseRows(with, without);
        }

        PairSide Side(string name) =>
            new(
                new ImageSource.File(pair.GetProperty($"{name}_images")[0].GetString()!),
                pair.GetProperty($"{name}_response").GetString()!
            );
        return new PreparedPair(new ContrastPair($"mvc.json#{index}", "", Side("chosen"), Side("rejected")), Rows("w"), Rows("l"));
    }

    TokenSequence Sequence(JsonElement row)
    {
        ImmutableArray<int> ids = [.. row.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())];
        var pad = _inputs.GetProperty("pad_token_id").GetInt32();
        return new TokenSequence(
            ids,
            [.. row.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32() != -100)],
            [.. ids.Select(id => id != pad)]
        );
    }
}
