using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Models.Folders;
using static TorchSharp.torch;

namespace SVco.Models.Checkpoints;

/// <summary>The weights of a Hugging Face model folder: one model.safetensors, or shards that model.safetensors.index.json names.</summary>
public sealed class Checkpoint : IDisposable
{
    const string SingleName = "model.safetensors";
    const string IndexName = "model.safetensors.index.json";

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

        var (single, index) = (Path.Combine(folder, SingleName), Path.Combine(folder, IndexName));
        if (File.Exists(single))
        {
            var file = SafetensorsFile.Open(single);
            return new Checkpoint(folder, file.Header.Tensors.Keys.ToImmutableDictionary(name => name, _ => file, StringComparer.Ordinal));
        }

        return File.Exists(index)
            ? OpenShards(folder, index)
            : throw new UserException(
                $"{folder} has neither {SingleName} nor {IndexName}. "
                    + "Weights in another format (pytorch_model.bin) must be saved as safetensors first."
            );
    }

    /// <summary>Whether a folder has weights as safetensors.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, SingleName)) || File.Exists(Path.Combine(folder, IndexName));

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

    static Checkpoint OpenShards(string folder, string index)
    {
        var shardOf = ReadIndex(index);
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var shard in shardOf.Values.Distinct().Order(StringComparer.Ordinal))
            {
                var path = Path.Combine(folder, shard);
                files[shard] = File.Exists(path)
                    ? SafetensorsFile.Open(path)
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

    static Dictionary<string, string> ReadIndex(string index)
    {
        var root = ModelJson.Read(index);
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("weight_map", out var shards)
            || shards.ValueKind != JsonValueKind.Object
            || shards.EnumerateObject().Any(property => property.Value.ValueKind != JsonValueKind.String)
        )
        {
            throw new UserException($"{index} needs a field 'weight_map' that gives each tensor's file.");
        }

        var shardOf = shards.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!);
        return shardOf.Values.FirstOrDefault(shard => shard.Length == 0 || Path.GetFileName(shard) != shard) is { } outside
            ? throw new UserException($"{index} names the shard '{outside}', which is no plain file name.")
            : shardOf;
    }
}
