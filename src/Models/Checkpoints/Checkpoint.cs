using System.Collections.Immutable;
using SVco.Core;
using SVco.Models.Hub;
using static TorchSharp.torch;

namespace SVco.Models.Checkpoints;

/// <summary>The weights of a Hugging Face model folder: one model.safetensors, or shards that model.safetensors.index.json names.</summary>
public sealed class Checkpoint : IDisposable
{
    readonly ImmutableDictionary<string, SafetensorsFile> fileOf;

    Checkpoint(string folder, ImmutableDictionary<string, SafetensorsFile> fileOf) => (Folder, this.fileOf) = (folder, fileOf);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The names of all tensors.</summary>
    public IEnumerable<string> Names => fileOf.Keys;

    /// <summary>Opens the weights of a folder; every header is checked, no value is read yet.</summary>
    /// <exception cref="UserException">Weights or shards are missing, malformed, or disagree with the index.</exception>
    public static Checkpoint Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserException($"The model folder {folder} does not exist.");
        }

        var (single, index) = (Path.Combine(folder, ModelFiles.SingleWeights), Path.Combine(folder, ModelFiles.WeightsIndex));
        if (File.Exists(single))
        {
            if (
                File.Exists(index)
                && ModelFiles.ShardOf(index).Values.FirstOrDefault(shard => shard != ModelFiles.SingleWeights) is { } other
            )
            {
                throw new UserException(
                    $"{folder} has its weights twice: in {ModelFiles.SingleWeights}, and by {ModelFiles.WeightsIndex} in shards such as {other}. Take away what is older."
                );
            }

            var file = OpenFile(single);
            return new Checkpoint(folder, file.Header.Tensors.Keys.ToImmutableDictionary(name => name, _ => file, StringComparer.Ordinal));
        }

        return File.Exists(index)
            ? OpenShards(folder, index)
            : throw new UserException(
                $"{folder} has neither {ModelFiles.SingleWeights} nor {ModelFiles.WeightsIndex}. "
                    + "Weights in another format (pytorch_model.bin) must be saved as safetensors first."
            );
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Has(string name) => fileOf.ContainsKey(name);

    /// <summary>The element type of a tensor in its file.</summary>
    /// <exception cref="UserException">There is no such tensor.</exception>
    public ScalarType TypeOf(string name) => FileOf(name).TypeOf(name);

    /// <summary>The element type of a tensor as the format calls it, such as BF16.</summary>
    /// <exception cref="UserException">There is no such tensor.</exception>
    public string TypeNameOf(string name) => FileOf(name).Header.Tensors[name].Type;

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="UserException">There is no such tensor.</exception>
    public ImmutableArray<long> ShapeOf(string name) => FileOf(name).Header.Tensors[name].Shape;

    /// <summary>Whether two tensors have the same shape and values.</summary>
    /// <exception cref="UserException">One is not there.</exception>
    public bool AreEqual(string one, string other)
    {
        if (!ShapeOf(one).SequenceEqual(ShapeOf(other)))
        {
            return false;
        }

        using var scope = NewDisposeScope();
        var (a, b) = (FileOf(one).Read(one), FileOf(other).Read(other));
        return a.dtype == b.dtype ? a.equal(b).all().item<bool>() : a.to(float64).equal(b.to(float64)).all().item<bool>();
    }

    /// <summary>Copies a tensor into one that is already allocated; see <see cref="SafetensorsFile.CopyTo"/>.</summary>
    /// <exception cref="UserException">There is no such tensor, or its shape is another.</exception>
    public void CopyTo(string name, Tensor target) => FileOf(name).CopyTo(name, target);

    /// <summary>Closes all files.</summary>
    public void Dispose()
    {
        foreach (var file in fileOf.Values.Distinct())
        {
            file.Dispose();
        }
    }

    SafetensorsFile FileOf(string name) =>
        fileOf.TryGetValue(name, out var file) ? file : throw new UserException($"The weights in {Folder} have no tensor '{name}'.");

    static SafetensorsFile OpenFile(string path)
    {
        var file = SafetensorsFile.Open(path);
        if (file.Header.Metadata.GetValueOrDefault("format") is not ("tf" or "flax"))
        {
            return file;
        }

        file.Dispose();
        throw new UserException(
            $"{path} was written by TensorFlow or Flax, which lay matrices out otherwise. Load it in Python with from_tf or from_flax and save it anew."
        );
    }

    static Checkpoint OpenShards(string folder, string index)
    {
        var shardOf = ModelFiles.ShardOf(index);
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var shard in shardOf.Values.Distinct().Order(StringComparer.Ordinal))
            {
                var path = Path.Combine(folder, shard);
                files[shard] = File.Exists(path)
                    ? OpenFile(path)
                    : throw new UserException($"The shard {path}, which {index} names, is missing. Download it again.");
            }

            foreach (var (name, shard) in shardOf)
            {
                if (!files[shard].Header.Tensors.ContainsKey(name))
                {
                    throw new UserException($"{index} says that tensor '{name}' is in {shard}, but that shard lacks it.");
                }
            }

            foreach (var (shard, file) in files)
            {
                if (file.Header.Tensors.Keys.FirstOrDefault(name => shardOf.GetValueOrDefault(name) != shard) is { } stray)
                {
                    throw new UserException($"The shard {file.Path} holds tensor '{stray}', which {index} does not place there.");
                }
            }

            return new Checkpoint(
                folder,
                shardOf.ToImmutableDictionary(pair => pair.Key, pair => files[pair.Value], StringComparer.Ordinal)
            );
        }
        catch
        {
            foreach (var file in files.Values)
            {
                file.Dispose();
            }

            throw;
        }
    }
}
